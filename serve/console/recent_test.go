package console

import (
	"fmt"
	"strings"
	"testing"

	"casebook/casefile"
)

func TestHistoryIsToldAnewWhenSomethingChanged(t *testing.T) {
	s := town(t)
	events := func(path string) (n int) {
		for li := range s.page(path).doc.Descendants() {
			if attr(li, "data-verb") != "" {
				n++
			}
		}
		return n
	}
	const page, entry = "/customers/acme/cases/20260115-ws-001", "/customers/acme/patterns/2"
	for _, path := range []string{page, page, entry} {
		if n := events(path); n != map[string]int{page: 1, entry: 3}[path] {
			t.Errorf("%s tells of %d events", path, n)
		}
	}
	c := s.console.Published().Customers["acme"].Cases.Get("20260115-ws-001")
	changed := *c
	if err := changed.Identify("1-77", day(40)); err != nil {
		t.Fatal(err)
	}
	s.commit("", "identify", day(40), &changed)
	if n := events(page); n != 2 {
		t.Errorf("after a commit there are %d events", n)
	}
	p := s.console.Published().Customers["acme"].Patterns[2]
	s.report(p, "tm-02", casefile.Receipt{Event: casefile.EventDownloaded, At: day(41), SHA256: p.File.SHA256})
	if n := events(entry); n != 4 {
		t.Errorf("after a report there are %d events", n)
	}
}

// A commit may bring more than a page can show.
func TestHistoryShowsAPageOfAHugeCommit(t *testing.T) {
	s := town(t)
	var many []casefile.Record
	for i := range mostEvents + 20 {
		many = append(many, received(fmt.Sprint("crowd-", i), 20))
	}
	s.commit("", "a crowd", day(40), many...)
	a := s.page("/history")
	if n := strings.Count(a.Body.String(), "<li data-verb="); n != mostEvents {
		t.Errorf("%d events on a page", n)
	}
	if text := textOf(a.doc); !strings.Contains(text, "39 more were done by the same commits") {
		t.Error("the page does not say that there are more")
	}
}

// A clock may have gone wrong: the commit is older than what it brought.
func TestHistoryOfARecordThatIsYoungerThanItsCommitIsWhole(t *testing.T) {
	s := town(t)
	c := received("early", 60)
	s.commit("", "ahead of its time", day(41), c)
	if told := textOf(s.page("/customers/acme/cases/" + string(c.Key)).doc); !strings.Contains(told, "receive: New Case Received") {
		t.Errorf("the page tells\n%s", told)
	}
}
