package casefile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

var testStamp = Stamp{testNow, "Jane Doe <jane@acme.example>"}

// caseWith is a case in some status, as the verbs would have left it.
func caseWith(s Status) *Case {
	c := testCase.Receive("ws-017", "tm-01", Forensics{"ws-017.zip", 48211, digestOf}, At(testNow.Time().Add(-3600e9)))
	c.Status = s
	if s == CaseClosed {
		c.Closing = &Closing{MitigatorNotified, "done", testStamp}
	}
	return c
}

func entryOf(c *Case, id PatternID) *Pattern {
	p := c.entry(id, Bandage, "1.10", "for ws-017", testStamp)
	p.File = &File{"lpt$vpn.123", 5, digestOf}
	return p
}

// play has a verb done to a case that has one entry, which suits the verb.
func play(c *Case, v Verb) error {
	p := entryOf(c, 1)
	var err error
	switch v {
	case Receive:
		*c = *testCase.Receive("ws-017", "tm-01", Forensics{"ws-017.zip", 48211, digestOf}, testNow)
	case Notify:
		err = c.Notify(testNow)
	case Download:
		err = c.Download()
	case Identify:
		err = c.Identify("1-10293847", testNow)
	case Upload:
		_, err = c.Upload(2, Controlled, "1.10", "for ws-017", *p.File, testStamp)
	case Specify:
		_, err = c.Specify(2, SmartScan, "1.10", "for ws-017", testStamp)
	case NoneVerb:
		_, err = c.None(2, "false alarm", testStamp)
	case Reissue:
		_, err = c.Reissue(2, p, testStamp)
	case Withdraw:
		err = c.Withdraw(p, "no good", testStamp)
	case Resolve:
		err = c.Resolve(p, testStamp)
	case Close:
		p.Target.Resolved = &testStamp
		err = c.Close([]*Pattern{p}, "done", testStamp)
	case Reopen:
		err = c.Reopen(testNow)
	default:
		panic("the test does not know verb " + string(v))
	}
	return err
}

// Every status by every verb: where it leads, or in which words it is refused. A case is
// received where there is none, so that verb stands for itself.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	for _, s := range Statuses {
		for _, v := range Verbs[1:] {
			c := caseWith(s)
			before := *c
			err := play(c, v)
			legal := slices.Contains(Legal(s), v)
			var refused *Refusal
			switch {
			case (err == nil) != legal:
				t.Errorf("%s %s: legal is %t, and the verb says %v", s, v, legal, err)
			case err == nil:
				fmt.Fprintf(&b, "%-24s %-9s → %s\n", s, v, c.Status)
				if !Leads(s, c.Status, before.Closing) {
					t.Errorf("%s %s: Leads does not know the way to %s", s, v, c.Status)
				}
			case !errors.As(err, &refused) || refused.Verb != v || refused.Status != s || !slices.Equal(refused.Legal, Legal(s)):
				t.Errorf("%s %s: %#v", s, v, err)
			default:
				fmt.Fprintf(&b, "%-24s %-9s ✗ %s\n", s, v, err)
				if *c != before {
					t.Errorf("%s %s: refused, and the case changed", s, v)
				}
			}
			if ps := Validate(c); len(ps) > 0 {
				t.Errorf("%s %s: %v", s, v, ps)
			}
		}
	}
	golden(t, "matrix.txt", b.String())
}

// The table as the documentation has it names every verb and every status.
func TestTable(t *testing.T) { golden(t, "table.md", Table()) }

func TestTitles(t *testing.T) {
	want := []string{"New Case Received", "Administrator Notified About New Case", "Threat Sample Downloaded", "Threat Mitigator Notified About Pattern", "Case Closed"}
	for i, s := range Statuses {
		if s.Title() != want[i] {
			t.Errorf("%s is titled %q", s, s.Title())
		}
	}
	for _, typ := range Types {
		if typ.Title() == "" || typ.Custom() && typ.SmartProtection() {
			t.Error(typ)
		}
	}
	for _, s := range PatternStatuses {
		if s.Title() == "" {
			t.Errorf("%s has no title", s)
		}
	}
}

// What else a verb needs, and in which words it is refused.
func TestVerbsRefuse(t *testing.T) {
	resolved := func(p *Pattern) *Pattern { p.Target.Resolved = &testStamp; return p }
	withdrawn := func(p *Pattern) *Pattern { p.Withdrawn = &Withdrawal{"no good", testStamp}; return p }
	c := caseWith(MitigatorNotified)
	closing := func(of ...*Pattern) error { return c.Close(of, "done", testStamp) }
	for name, x := range map[string]struct {
		err  error
		want string
	}{
		"close without an entry":        {closing(), "cannot close, it has no pattern entry; where none is needed, say so with pattern none"},
		"close with an open entry":      {closing(resolved(entryOf(c, 1)), entryOf(c, 3)), "cannot close, entry acme/3 is neither resolved nor withdrawn"},
		"close with two open entries":   {closing(entryOf(c, 1), entryOf(c, 2)), "cannot close, entries acme/1, acme/2 are neither resolved nor withdrawn"},
		"close with nothing resolved":   {closing(withdrawn(entryOf(c, 1))), "cannot close, every entry is withdrawn and none resolved"},
		"close with resolved withdrawn": {closing(withdrawn(resolved(entryOf(c, 1)))), "cannot close, every entry is withdrawn and none resolved"},
		"resolve what is withdrawn":     {c.Resolve(withdrawn(entryOf(c, 1)), testStamp), "cannot resolve, entry acme/1 is withdrawn"},
		"resolve twice":                 {c.Resolve(resolved(entryOf(c, 1)), testStamp), "cannot resolve, entry acme/1 is resolved already"},
		"undo what is not resolved":     {c.Unresolve(entryOf(c, 1), testNow), "cannot resolve, entry acme/1 is not resolved, there is nothing to undo"},
		"withdraw twice":                {c.Withdraw(withdrawn(entryOf(c, 1)), "again", testStamp), "cannot withdraw, entry acme/1 is withdrawn already"},
		"reissue without a file": {func() error {
			_, err := c.Reissue(2, c.entry(1, SmartScan, "1", "d", testStamp), testStamp)
			return err
		}(), "cannot reissue, entry acme/1 has no file to issue again"},
	} {
		if want := "20261123-ws-017: " + x.want; x.err == nil || x.err.Error() != want {
			t.Errorf("%s: %v, want %s", name, x.err, want)
		}
	}
	if *c != *caseWith(MitigatorNotified) {
		t.Errorf("a refused verb changed the case: %+v", c)
	}
}

func TestWhatVerbsLeave(t *testing.T) {
	c := caseWith(NewCaseReceived)
	p, err := c.Upload(1, Bandage, "6.123.45", "for ws-017", File{"lpt$vpn.123", 5, digestOf}, testStamp)
	if err != nil || c.Status != MitigatorNotified || c.Updated != testNow || p.File.Name != "lpt$vpn.123" || p.Target.Case != c.Key || p.UploadedBy != testStamp.By {
		t.Fatalf("upload: %v %+v %+v", err, c, p)
	}
	again, err := c.Reissue(2, p, testStamp)
	if err != nil || again.ReissueOf != 1 || again.File == p.File || *again.File != *p.File || again.Version != p.Version {
		t.Fatalf("reissue: %v %+v", err, again)
	}
	if err := c.Resolve(p, testStamp); err != nil || !p.Settled() {
		t.Fatal(err)
	}
	if err := c.Unresolve(p, testNow); err != nil || p.Settled() {
		t.Fatal(err)
	}
	c = caseWith(AdministratorNotified)
	if err := c.Download(); err != nil || !c.Updated.IsZero() || c.Status != ThreatSampleDownloaded {
		t.Fatalf("a download is no manual update: %v %+v", err, c)
	}
}
