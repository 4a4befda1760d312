package console

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

// counted is a page of figures once the past is counted.
func (s *site) counted(path string) answer {
	s.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if a := s.page(path); !strings.Contains(a.Body.String(), "data-pending") {
			return a
		}
	}
	s.Fatalf("%s: still being counted after a minute", path)
	return answer{}
}

// csv is a table without its head, a line a row.
func (s *site) csv(path string) []string {
	s.Helper()
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(s.page(path).Body.String(), "\r\n", "\n")), "\n")
	return lines[1:]
}

func TestFiguresTellHowManyCasesWereOpen(t *testing.T) {
	s := town(t)
	first := s.page("/figures").Body.String()
	if !strings.Contains(first, "being counted") || !strings.Contains(first, "Age of open cases") {
		t.Errorf("the first page waits, or does not say that it counts:\n%s", first)
	}
	page := s.counted("/figures").Body.String()
	for _, want := range []string{"4 open cases today, 1 of them new; there were never more", `role="img"`, `href="/customers/acme/figures"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	s = town(t)
	s.now = day(20).Time()
	want := []string{
		"2026-01-15T23:59:59Z,3,0,0,0,0,0,3",
		"2026-01-16T23:59:59Z,1,1,1,0,0,0,3",
		"2026-01-17T23:59:59Z,1,1,2,0,0,0,4",
		"2026-01-18T23:59:59Z,1,1,1,1,0,0,4",
		"2026-01-19T23:59:59Z,1,1,1,1,0,0,4",
		"2026-01-20T23:59:59Z,1,1,1,1,0,0,4",
		"2026-01-21T23:59:59Z,1,1,1,1,0,0,4",
		"2026-01-22T23:59:59Z,1,1,1,1,0,0,4",
		"2026-01-23T23:59:59Z,1,1,1,1,1,0,4",
		"2026-01-24T23:59:59Z,1,1,1,1,1,0,4",
		"2026-01-25T09:12:00Z,1,1,1,1,1,0,4",
	}
	if got := s.csv("/figures/open.csv"); !slices.Equal(got, want) {
		t.Errorf("open.csv:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := s.csv("/customers/acme/figures/open.csv"); !slices.Equal(got, want) {
		t.Errorf("acme's open.csv:\n%s", strings.Join(got, "\n"))
	}
}

func TestFiguresFollowTheNextCommitAtOnce(t *testing.T) {
	s := town(t)
	s.counted("/figures")
	s.commit("", "receive", day(299), received("ws-100", 299))
	page := s.page("/figures").Body.String() // the past may still be that of the commit before
	if strings.Contains(page, "data-pending") || !strings.Contains(page, "5 open cases today, 2 of them new") {
		t.Errorf("the newest number is another one:\n%s", page)
	}
}

func TestFiguresTellOfTimesAndAges(t *testing.T) {
	s := town(t)
	for path, want := range map[string]string{
		"/figures/age.csv":                     "< 1 day,0,0,0,0,0|1–3 days,0,0,0,0,0|3–7 days,0,0,0,0,0|1–2 weeks,0,0,0,0,0|2–4 weeks,0,0,0,0,0|> 4 weeks,1,1,1,1,4",
		"/figures/answered.csv":                "2026-01,1,518400,518400",
		"/customers/acme/figures/resolved.csv": "2026-01,1,950400,950400",
	} {
		if got := strings.Join(s.csv(path), "|"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestFiguresOfNothing(t *testing.T) {
	s := town(t)
	page := s.page("/customers/zenith/figures").Body.String()
	if !strings.Contains(page, "casebook case receive") || strings.Contains(page, "<figure") {
		t.Errorf("a customer without cases:\n%s", page)
	}
	for _, path := range []string{"/figures/age", "/figures/other.csv", "/customers/nobody/figures", "/customers/nobody/figures/open.csv", "/customers/acme/figures/x"} {
		if a := s.ask(http.MethodGet, path); a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
	for _, path := range []string{"/figures", "/figures/open.csv", "/customers/acme/figures"} {
		if a := s.ask(http.MethodHead, path); a.Code != http.StatusOK || a.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, a.Code, a.Body.Len())
		}
	}
}

func TestFiguresOfACustomerWithAHostileName(t *testing.T) {
	s := emptySite(t)
	hostile := `</h1></title><script>alert(1)</script>" onload="x`
	s.commit("", "begin", day(0), &casefile.Book{Format: 1, Branch: "main"}, &casefile.Customer{Account: "acme", Company: hostile},
		&casefile.Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf("1"), Added: day(0)}, received("ws-1", 1))
	page := s.counted("/customers/acme/figures").Body.String()
	if strings.Contains(page, "<script>alert") || strings.Contains(page, `" onload="x`) || !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Errorf("the name is not text:\n%s", page)
	}
}

func TestFiguresSayWhyThePastCannotBeCounted(t *testing.T) {
	s := town(t)
	p := s.console.Published()
	s.console.Published = func() *Published { return p }
	if err := os.RemoveAll(filepath.Join(s.repo.Root(), ".git", "objects")); err != nil {
		t.Fatal(err)
	}
	page := s.counted("/figures").Body.String()
	if !strings.Contains(page, "cannot be counted") || !strings.Contains(page, "Age of open cases") {
		t.Errorf("the page:\n%s", page)
	}
	if a := s.ask(http.MethodGet, "/figures/open.csv"); a.Code != http.StatusInternalServerError {
		t.Errorf("open.csv: %d", a.Code)
	}
}

func TestMomentsFitTheAgeOfAHistory(t *testing.T) {
	now := time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name        string
		old         time.Duration
		n           int
		begin, last string
	}{
		{"of this moment", 0, 0, "2026-11-23T15:00:00Z", ""},
		{"an hour", time.Hour, 1, "2026-11-23T14:00:00Z", "2026-11-23T14:59:59Z"},
		{"three days", 3 * oneDay, 72, "2026-11-20T15:00:00Z", "2026-11-23T14:59:59Z"},
		{"four days", 4 * oneDay, 4, "2026-11-19T00:00:00Z", "2026-11-22T23:59:59Z"},
		{"ninety days", 90 * oneDay, 90, "2026-08-25T00:00:00Z", "2026-11-22T23:59:59Z"},
		{"a year", 365 * oneDay, 40 + 91, "2025-11-17T00:00:00Z", "2026-11-22T23:59:59Z"},
		{"thirty years", 30 * 365 * oneDay, 144 + 91, "2023-11-20T00:00:00Z", "2026-11-22T23:59:59Z"},
		{"begun in the future", -oneDay, 0, "2026-11-24T15:00:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin, asked := moments(now.Add(-c.old), now)
			last := ""
			if len(asked) > 0 {
				last = asked[len(asked)-1].Format(time.RFC3339)
			}
			if got := fmt.Sprintf("%d from %s to %s", len(asked), begin.Format(time.RFC3339), last); got != fmt.Sprintf("%d from %s to %s", c.n, c.begin, c.last) {
				t.Errorf("%s, want %d from %s to %s", got, c.n, c.begin, c.last)
			}
			if !slices.IsSortedFunc(asked, time.Time.Compare) {
				t.Error("out of order")
			}
		})
	}
}
