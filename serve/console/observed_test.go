package console

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

// What is read of the reports bit by bit is what reading all of them at once gives.
func TestReportsAreReadAsTheyCome(t *testing.T) {
	s := emptySite(t)
	s.commit("", "begin", day(0), &casefile.Book{Format: 1, Branch: "main"})
	var last *observed
	see := func(want string) {
		t.Helper()
		next, err := readObserved(s.repo, last)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := readObserved(s.repo, nil)
		if err != nil || inWords(next) != inWords(fresh) {
			t.Errorf("bit by bit %s, at once %s, %v", inWords(next), inWords(fresh), err)
		}
		if got := inWords(next); got != want {
			t.Errorf("observed %s, want %s", got, want)
		}
		last = next
	}
	p := func(a casefile.Account, id casefile.PatternID) *casefile.Pattern {
		return &casefile.Pattern{Account: a, ID: id}
	}
	receipt := casefile.Receipt{Event: casefile.EventApplied, At: day(1)}
	see("")
	s.report(p("acme", 1), "tm-01", receipt)
	see("acme/1:tm-01×1")
	s.report(p("zenith", 7), "tm-01", receipt)
	acme := last.by["acme"]
	see("acme/1:tm-01×1 zenith/7:tm-01×1")
	if last.by["acme"] != acme {
		t.Error("reports of a customer of whom nothing is new were read again")
	}
	s.report(p("acme", 1), "tm-01", receipt, receipt)
	s.report(p("acme", 2), "tm-02", receipt)
	see("acme/1:tm-01×2 acme/2:tm-02×1 zenith/7:tm-01×1")
	if last.by["acme"] == acme {
		t.Error("new reports are in the old place")
	}
	var many []casefile.Record
	for id := range casefile.PatternID(aFew + 10) {
		many = append(many, &casefile.Delivery{Account: "zenith", Pattern: id + 1, Mitigator: "tm-09", Receipts: []casefile.Receipt{receipt}})
	}
	s.commit(repo.DeliveriesBranch, "many", day(2), many...)
	next, err := readObserved(s.repo, last)
	if err != nil || len(next.by["zenith"].of(7)) != 2 || len(next.by["zenith"].of(8)) != 1 || next.by["acme"] != last.by["acme"] {
		t.Errorf("after many reports: %v, %s", err, inWords(next))
	}
	s.report(p("acme", 2), "tm-01", receipt)
	last = next
	if next, err = readObserved(s.repo, last); err != nil || len(next.by["acme"].of(2)) != 2 || next.by["zenith"] != last.by["zenith"] {
		t.Errorf("after one more: %v, %s", err, inWords(next))
	}
}

// inWords are all reports in a few words.
func inWords(o *observed) string {
	var words []string
	for _, a := range []casefile.Account{"acme", "zenith"} {
		for id := range casefile.PatternID(100) {
			for _, d := range o.by[a].of(id) {
				words = append(words, fmt.Sprintf("%s/%d:%s×%d", a, id, d.Mitigator, len(d.Receipts)))
			}
		}
	}
	return strings.Join(words, " ")
}

// A file among the reports that cannot be read hides no other, and is told of.
func TestReportsThatCannotBeReadAreToldOf(t *testing.T) {
	need(t, "git")
	s := town(t)
	dir := t.TempDir()
	for _, words := range [][]string{
		{"clone", "-q", "-b", repo.DeliveriesBranch, s.repo.Root(), dir},
		{"-C", dir, "mv", "customers/acme/deliveries/3/tm-02.yaml", "customers/acme/deliveries/3/-.yaml"},
		{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "spoilt"},
		{"-C", dir, "push", "-q", "origin", repo.DeliveriesBranch},
	} {
		if out, err := exec.Command("git", words...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", words, err, out)
		}
	}
	close(s.changed)
	s.changed = make(chan struct{})
	text := textOf(s.page("/publishing").doc)
	for _, words := range []string{"Reports that cannot be read", "customers/acme/deliveries/3/-.yaml", "1 of 2 mitigators applied it"} {
		if !strings.Contains(text, words) {
			t.Errorf("Publishing does not say %q", words)
		}
	}
}

// Pages look at the branch of reports again when, and only when, something changed.
func TestPagesShowReportsWhenTheyChanged(t *testing.T) {
	s := town(t)
	one := func() string {
		return s.page("/customers/acme/patterns/2").facts()["Resolved"] + textOf(s.page("/customers/acme/patterns/2").doc)
	}
	if !strings.Contains(one(), "1 of 2 mitigators applied it, 1 not yet") {
		t.Fatal("the page does not tell of the first reports")
	}
	p := s.console.Published().Customers["acme"].Patterns[2]
	s.report(p, "tm-02", casefile.Receipt{Event: casefile.EventDownloaded, At: day(30), SHA256: digestOf("other")})
	if got := one(); !strings.Contains(got, "downloaded what is WRONG") || !strings.Contains(got, "digest WRONG") {
		t.Errorf("the page does not tell of a wrong download: %s", got)
	}
	s.report(p, "tm-02", casefile.Receipt{Event: casefile.EventDownloaded, At: day(30), SHA256: digestOf("other")}, casefile.Receipt{Event: casefile.EventDownloaded, At: day(31), SHA256: p.File.SHA256})
	if got := one(); !strings.Contains(got, "1 of 2 mitigators applied it, 1 downloaded it") {
		t.Errorf("the page does not tell of the right download: %s", got)
	}
}
