package console

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"casebook/casefile"

	"pgregory.net/rapid"
)

// dozen are twelve cases of four statuses on three endpoints, the newest with the highest number.
func dozen() *book {
	h := casefile.NewHoldings("acme")
	h.Add(&casefile.Mitigator{Account: "acme", Name: "tm-01"})
	for i := range 12 {
		c := received(fmt.Sprintf("ws-%d", i%3), i)
		c.Status = casefile.Statuses[i%4]
		if i%2 == 0 {
			c.CaseID = fmt.Sprintf("1-%02d", 50-i)
		}
		h.Add(c)
	}
	return newBook(h, nil, nil)
}

// days are the days of receipt of what was found.
func days(rows []caseRow) string {
	var words []string
	for _, r := range rows {
		words = append(words, strconv.Itoa(int(r.Received.Time().Sub(day(0).Time()).Hours()/24)))
	}
	return strings.Join(words, " ")
}

func TestListsAreFilteredSortedAndPaged(t *testing.T) {
	for _, one := range []struct {
		name, query, days string
		total, page       int
	}{
		{"everything, the newest first", "", "11 10 9 8 7", 12, 1},
		{"the second page", "page=2", "6 5 4 3 2", 12, 2},
		{"behind the last page is the last", "page=99", "1 0", 12, 3},
		{"a page that is no number", "page=two", "11 10 9 8 7", 12, 1},
		{"a page before the first", "page=-3", "11 10 9 8 7", 12, 1},
		{"a page beyond all numbers", "page=99999999999999999999", "1 0", 12, 3},
		{"the oldest first", "sort=received&order=asc", "0 1 2 3 4", 12, 1},
		{"the newest first, said outright", "sort=received&order=desc", "11 10 9 8 7", 12, 1},
		{"by a column that is none", "sort=nothing", "11 10 9 8 7", 12, 1},
		{"by Case ID, the blank ones first", "sort=case_id", "11 9 7 5 3", 12, 1},
		{"by Case ID backwards", "sort=case_id&order=desc", "0 2 4 6 8", 12, 1},
		{"by endpoint, equal ones as they stand", "sort=endpoint", "9 6 3 0 10", 12, 1},
		{"by status in the order of a case's life", "sort=status", "8 4 0 9 5", 12, 1},
		{"one status", "status=administrator-notified", "9 5 1", 3, 1},
		{"any status but closed", "status=open", "11 10 9 8 7", 12, 1},
		{"a status that is none", "status=happy", "", 0, 1},
		{"one endpoint, whatever its capitals", "endpoint=WS-1", "10 7 4 1", 4, 1},
		{"an endpoint's start is not the endpoint", "endpoint=ws", "", 0, 1},
		{"two filters", "endpoint=ws-1&status=administrator-notified", "1", 1, 1},
		{"a mitigator nobody has", "mitigator=tm-99", "", 0, 1},
		{"a word", "q=ws-2", "11 8 5 2", 4, 1},
		{"capitals in a word", "q=WS-2", "11 8 5 2", 4, 1},
		{"two words, both have to be there", "q=ws-2+1-4", "8 2", 2, 1},
		{"a word that is nowhere", "q=xyzzy", "", 0, 1},
		{"a word and a filter and an order", "q=ws-2&status=open&sort=received&order=asc", "2 5 8 11", 4, 1},
		{"a word across two rows", "q=zip%00", "", 0, 1},
		{"blanks alone", "q=++", "11 10 9 8 7", 12, 1},
	} {
		t.Run(one.name, func(t *testing.T) {
			q, err := url.ParseQuery(one.query)
			if err != nil {
				t.Fatal(err)
			}
			l := dozen().cases()
			got := l.find(l.ask(q), 5)
			if days(got.rows) != one.days || got.total != one.total || got.page != one.page {
				t.Errorf("?%s: %q of %d on page %d, want %q of %d on page %d", one.query, days(got.rows), got.total, got.page, one.days, one.total, one.page)
			}
		})
	}
}

// What the indexes find is what looking at each row finds.
func TestFindingIsWhatLookingAtEachRowFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := casefile.NewHoldings("acme")
		for i := range rapid.IntRange(0, 40).Draw(t, "cases") {
			c := received(rapid.SampledFrom([]string{"ws-1", "WS-1", "ws-12", "db", "a-very-long-name-of-an-endpoint-1", "a-very-long-name-of-an-endpoint-2"}).Draw(t, "endpoint"), i%7)
			c.Key = casefile.Key(string(c.Key) + "-" + strconv.Itoa(i+2))
			c.Status = rapid.SampledFrom(casefile.Statuses).Draw(t, "status")
			c.CaseID = rapid.StringMatching(`(1-[0-9]{1,3})?`).Draw(t, "Case ID")
			h.Add(c)
		}
		l := newBook(h, nil, nil).cases()
		q := url.Values{}
		add := func(name string, of ...string) { q.Set(name, rapid.SampledFrom(of).Draw(t, name)) }
		add("q", "", "ws", "1-1", "ws 1-", "12")
		add("status", "", "open", "case-closed", "new-case-received")
		add("endpoint", "", "ws-1", "db")
		add("sort", "", "case_id", "status", "received", "endpoint", "key")
		add("order", "", "desc", "asc")
		a := l.ask(q)
		var plain []caseRow
		for _, r := range l.rows {
			text := strings.ToLower(string(r.Key) + " " + r.CaseID + " " + r.Endpoint + " " + string(r.MitigationServer) + " " + r.ForensicData.File)
			all := !slices.ContainsFunc(a.words, func(w string) bool { return !strings.Contains(text, w) })
			for _, f := range l.filters {
				all = all && (q.Get(f.name) == "" || f.fits(r, q.Get(f.name)))
			}
			if all {
				plain = append(plain, r)
			}
		}
		c := l.column(a.sort)
		slices.SortStableFunc(plain, func(x, y caseRow) int {
			if c.number != nil {
				return int(c.number(x) - c.number(y))
			}
			return strings.Compare(c.text(x), c.text(y))
		})
		got := slices.Collect(l.all(a))
		if a.desc {
			slices.Reverse(got)
		}
		if len(got) != len(plain) || l.find(a, 7).total != len(plain) {
			t.Fatalf("%v: %d found, want %d", q, len(got), len(plain))
		}
		for i := range got {
			if x, y := got[i], plain[i]; c.text(x) != c.text(y) {
				t.Fatalf("%v: place %d holds %s, want %s", q, i, c.text(x), c.text(y))
			}
		}
	})
}

func TestEveryRowIsOnOnePage(t *testing.T) {
	l := dozen().cases()
	for size := 1; size < 14; size++ {
		var all []caseRow
		for page := 1; ; page++ {
			f := l.find(l.ask(url.Values{"page": {strconv.Itoa(page)}}), size)
			all = append(all, f.rows...)
			if page == f.pages {
				break
			}
		}
		if days(all) != days(l.rows) {
			t.Errorf("pages of %d: %s", size, days(all))
		}
	}
}

func TestPagersLeadToTheNeighbours(t *testing.T) {
	for _, one := range []struct {
		page, pages int
		want        string
	}{
		{1, 1, ""}, {1, 2, "[1] 2"}, {2, 3, "1 [2] 3"}, {1, 9, "[1] 2 3 … 9"}, {5, 9, "1 … 3 4 [5] 6 7 … 9"}, {9, 9, "1 … 7 8 [9]"}, {4, 9, "1 2 3 [4] 5 6 … 9"}, {1200, 2000, "1 … 1,198 1,199 [1,200] 1,201 1,202 … 2,000"},
	} {
		var words []string
		for _, l := range newPager(asked{given: url.Values{}}, sheet{URL: "/x"}, one.page, one.pages).Links {
			if l.Current {
				l.Title = "[" + l.Title + "]"
			}
			words = append(words, l.Title)
		}
		if got := strings.Join(words, " "); got != one.want {
			t.Errorf("page %d of %d: %s, want %s", one.page, one.pages, got, one.want)
		}
	}
}

func TestLinksAskTheSameButForWhatTheyChange(t *testing.T) {
	l := dozen().cases()
	a := l.ask(url.Values{"q": {"a b&c"}, "status": {"open"}, "page": {"3"}, "stranger": {"x"}, "sort": {"endpoint"}})
	for _, one := range []struct{ got, want string }{
		{a.link("/c"), "/c?q=a+b%26c&sort=endpoint&status=open"},
		{a.link("/c", "page", "4"), "/c?page=4&q=a+b%26c&sort=endpoint&status=open"},
		{a.link("/c", "q", "", "status", "", "sort", ""), "/c"},
	} {
		if one.got != one.want {
			t.Errorf("%s, want %s", one.got, one.want)
		}
	}
	heads := l.heads(a, "/c")
	if h := heads[slices.IndexFunc(heads, func(h head) bool { return h.Title == "Endpoint" })]; h.Sorted != "ascending" || !strings.Contains(h.URL, "order=desc") {
		t.Errorf("the head of the sorted column: %+v", h)
	}
}

func TestCSVHoldsAllThatFits(t *testing.T) {
	s := town(t)
	for _, one := range []struct {
		path string
		rows int // beside the head
		name string
	}{
		{"/customers.csv", 2, "casebook-customers.csv"},
		{"/customers/acme/cases.csv", 5, "casebook-acme-cases.csv"},
		{"/customers/acme/cases.csv?status=open&page=7", 4, "casebook-acme-cases.csv"},
		{"/customers/acme/patterns.csv", 4, "casebook-acme-patterns.csv"},
		{"/customers/acme/nonconforming.csv", 4, "casebook-acme-nonconforming.csv"},
		{"/nonconforming.csv", 4, "casebook-nonconforming.csv"},
		{"/publishing/mitigators.csv", 3, "casebook-mitigators.csv"},
		{"/publishing/deliveries.csv", 2, "casebook-deliveries.csv"},
		{"/history.csv", 19, "casebook-history.csv"},
		{"/customers/zenith/history.csv", 1, "casebook-zenith-history.csv"},
		{"/history.csv?since=2026-01-25", 2, "casebook-history.csv"},
	} {
		a := s.page(one.path)
		rows, err := csv.NewReader(bytes.NewReader(a.Body.Bytes())).ReadAll()
		if err != nil || len(rows) != one.rows+1 {
			t.Errorf("%s: %d rows, %v\n%s", one.path, len(rows), err, a.Body)
		}
		if h := a.Header(); h.Get("Content-Disposition") != `attachment; filename="`+one.name+`"` || h.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", one.path, h)
		}
		if head := s.ask("HEAD", one.path); head.Code != 200 || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d, %d bytes", one.path, head.Code, head.Body.Len())
		}
	}
	rows, _ := csv.NewReader(s.page("/customers/acme/cases.csv?sort=received&order=asc").Body).ReadAll()
	if got := strings.Join(rows[0], "|"); got != "Account|Key|Case ID|Status|Received|Updated|Mitigation Server|Pattern ID|Endpoint|Download|Size|SHA-256" {
		t.Errorf("the head is %s", got)
	}
	if got := strings.Join(rows[2][:10], "|"); got != "acme|20260112-ws-004|1-10293847|Threat Mitigator Notified About Pattern|2026-01-12T09:12:00Z|2026-01-20T09:12:00Z|tm-01|1, 2, 3|WS-004|WS-004.zip" {
		t.Errorf("the second row is %s", got)
	}
}
