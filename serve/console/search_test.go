package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"casebook/casefile"
)

func TestSearchShowsAtOnceWhatAloneIsMeant(t *testing.T) {
	s := town(t)
	commit := s.console.Published().Commit
	for _, one := range []struct{ query, to string }{
		{"20260115-ws-001", "/customers/acme/cases/20260115-ws-001"},
		{"acme/20260115-ws-001", "/customers/acme/cases/20260115-ws-001"},
		{" 20260115-WS-001 ", "/customers/acme/cases/20260115-ws-001"},
		{"1-10293847", "/customers/acme/cases/20260112-ws-004"},
		{"ws-004", "/customers/acme/cases/20260112-ws-004"},
		{"WS-003", "/customers/acme/cases/20260113-ws-003"},
		{"acme/4", "/customers/acme/patterns/4"},
		{string(digestOf("ws-002")), "/customers/acme/cases/20260114-ws-002"},
		{string(digestOf("ws-002"))[:8], "/customers/acme/cases/20260114-ws-002"},
		{strings.ToUpper(string(digestOf("ws-002"))), "/customers/acme/cases/20260114-ws-002"},
		{"acme", "/customers/acme"},
		{commit, "/history?at=" + commit},
		{commit[:10], "/history?at=" + commit},
	} {
		a := s.ask(http.MethodGet, "/search?q="+url.QueryEscape(one.query))
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != one.to {
			t.Errorf("%q: %d %s, want %s", one.query, a.Code, a.Header().Get("Location"), one.to)
		}
	}
}

func TestSearchGroupsWhatFits(t *testing.T) {
	s := town(t)
	for _, one := range []struct{ query, groups string }{
		{"ws-00", "Endpoints: ws-001 ws-002 ws-003 WS-004 ws-005"},
		{"202601", "Case keys: 20260115-ws-001 20260114-ws-002 20260113-ws-003 20260112-ws-004 20260111-ws-005"},
		{"029", "Case IDs: 1-10293847"},
		{"1-1", "Case IDs: 1-10293847"},
		{"4", "Case keys: 20260114-ws-002; Case IDs: 1-10293847; Endpoints: WS-004; Pattern entries: acme/4"},
		{string(digestOf("lpt$vpn.123")), "Pattern files by digest: acme/2 acme/1"},
		{"sons", "Customers: zenith"},
		{"zenith/1", ""},
		{"acme/99", ""},
		{"acme/20260115-ws-999", ""},
		{"tm-01", ""},
		{"xyzzy", ""},
		{"deadbeef", ""},
		{"", ""},
	} {
		a := s.page("/search?q=" + url.QueryEscape(one.query))
		var groups []string
		for n := range a.doc.Descendants() {
			if n.Data != "caption" {
				continue
			}
			title := textOf(n)
			_, rows := a.table(t, title)
			group := title + ":"
			for _, row := range rows {
				group += " " + row[0]
			}
			groups = append(groups, group)
		}
		if got := strings.Join(groups, "; "); got != one.groups {
			t.Errorf("%q: %s, want %s", one.query, got, one.groups)
		}
	}
}

func TestSearchShowsTheBestOfManyAndSaysSo(t *testing.T) {
	s := emptySite(t)
	h := casefile.NewHoldings("acme")
	h.Add(&casefile.Customer{Account: "acme", Company: "Acme"})
	for i := range 60 {
		h.Add(received(fmt.Sprintf("x-ws-1%02d", i), i))
	}
	for i := range 2 {
		h.Add(received("ws-1", 100+i))
	}
	h.Add(received("ws-10", 103))
	s.commit("", "begin", day(0), &casefile.Book{Format: 1, Branch: "main"})
	s.console.Published = func() *Published {
		return &Published{Customers: map[casefile.Account]*casefile.Holdings{"acme": h}}
	}
	a := s.page("/search?q=ws-1")
	_, rows := a.table(t, "Endpoints")
	if len(rows) != mostHits || rows[0][0] != "ws-1" || rows[1][0] != "ws-1" || rows[2][0] != "ws-10" {
		t.Errorf("%d hits, %v", len(rows), rows[:3])
	}
	if text := textOf(a.doc); !strings.Contains(text, "the best 25 of 63") || !strings.Contains(a.Body.String(), `<a href="/customers/acme/cases?q=ws-1">63 cases of acme</a>`) {
		t.Errorf("the page does not say that there are more, or where: %s", text)
	}
}
