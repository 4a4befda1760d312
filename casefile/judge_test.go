package casefile

import (
	"regexp"
	"testing"
	"time"
)

func standing(s Status, before Status) *Case {
	c := &Case{Account: testCase.Account, Key: testCase.Key, Status: s}
	if s == CaseClosed {
		c.Closing = &Closing{From: before, Stamp: Stamp{At: testNow}}
	}
	return c
}

func TestJudgeOfOneMoveAndOfMany(t *testing.T) {
	for _, test := range []struct {
		name      string
		from, to  *Case
		one, many Rule
	}{
		{"nothing moved", standing(MitigatorNotified, ""), standing(MitigatorNotified, ""), "", ""},
		{"one step", standing(NewCaseReceived, ""), standing(AdministratorNotified, ""), "", ""},
		{"back", standing(MitigatorNotified, ""), standing(NewCaseReceived, ""), RuleIllegalMove, RuleIllegalMove},
		{"back by one", standing(ThreatSampleDownloaded, ""), standing(AdministratorNotified, ""), RuleIllegalMove, RuleIllegalMove},
		{"closed", standing(MitigatorNotified, ""), standing(CaseClosed, MitigatorNotified), "", ""},
		{"received to closed at once", standing(NewCaseReceived, ""), standing(CaseClosed, MitigatorNotified), RuleContradiction, ""},
		{"closed from where it cannot have been", standing(MitigatorNotified, ""), standing(CaseClosed, NewCaseReceived), RuleContradiction, RuleContradiction},
		{"reopened", standing(CaseClosed, ThreatSampleDownloaded), standing(ThreatSampleDownloaded, ""), "", ""},
		{"reopened to another status", standing(CaseClosed, MitigatorNotified), standing(ThreatSampleDownloaded, ""), RuleIllegalMove, RuleIllegalMove},
		{"reopened and moved on", standing(CaseClosed, ThreatSampleDownloaded), standing(MitigatorNotified, ""), RuleIllegalMove, ""},
		{"reopened, moved on and closed", standing(CaseClosed, ThreatSampleDownloaded), standing(CaseClosed, MitigatorNotified), RuleContradiction, ""},
		{"closed from elsewhere without a way", standing(CaseClosed, MitigatorNotified), standing(CaseClosed, ThreatSampleDownloaded), RuleContradiction, RuleContradiction},
	} {
		for many, want := range map[bool]Rule{false: test.one, true: test.many} {
			ps := Judge(test.from, test.to)
			if many {
				ps = JudgeAll(test.from, test.to)
			}
			var got Rule
			if len(ps) > 0 {
				got = ps[0].Rule
			}
			if got != want || len(ps) > 1 {
				t.Errorf("%s, of many %v: %v, want %q", test.name, many, ps, want)
			}
		}
	}
}

func TestJudgeOfWhatStaysForGood(t *testing.T) {
	revoked := Mitigator{TokenSHA256: digestOf, Revoked: testNow}
	back, anew := revoked, revoked
	back.Revoked = Time{}
	anew.Rotate("0"+digestOf[1:], Time{})
	closed, named := standing(CaseClosed, MitigatorNotified), standing(CaseClosed, MitigatorNotified)
	named.CaseID = "1-1"
	open := func(id string) *Case { c := standing(MitigatorNotified, ""); c.CaseID = id; return c }
	late, other := revoked, *closed.Closing
	late.Revoked, other.By = At(testNow.t.Add(time.Hour)), "Eve <eve@acme.example>"
	by := &Stamp{At: testNow, By: "Jane Doe <jane@acme.example>"}
	entry := func(resolved, withdrawn *Stamp) *Pattern {
		p := &Pattern{Target: Target{Resolved: resolved}}
		if withdrawn != nil {
			p.Withdrawn = &Withdrawal{Reason: "false positives", Stamp: *withdrawn}
		}
		return p
	}
	for name, test := range map[string]struct {
		from, to Record
		want     int
	}{
		"another day of revocation":          {&revoked, &late, 1},
		"somebody else who closed":           {closed, &Case{Account: closed.Account, Key: closed.Key, Status: CaseClosed, Closing: &other}, 1},
		"a withdrawn entry resolved":         {entry(nil, by), entry(by, by), 1},
		"resolved, then withdrawn":           {entry(by, nil), entry(by, by), 0},
		"somebody else who withdrew":         {entry(nil, by), entry(nil, &Stamp{At: testNow, By: other.By}), 1},
		"somebody else who resolved":         {entry(by, nil), entry(&Stamp{At: testNow, By: other.By}, nil), 1},
		"resolved again later":               {entry(by, nil), entry(&Stamp{At: late.Revoked, By: other.By}, nil), 0},
		"a revoked token that opens again":   {&revoked, &back, 1},
		"a new token after a revoked one":    {&revoked, &anew, 0},
		"a Case ID for a closed case":        {closed, named, 1},
		"a Case ID taken away":               {open("1-1"), open(""), 1},
		"a Case ID taken from a closed case": {named, closed, 1},
		"a Case ID put right":                {open("1-1"), open("1-2"), 0},
		"a Case ID for an open case":         {&Case{Status: MitigatorNotified}, &Case{Status: MitigatorNotified, CaseID: "1-1"}, 0},
	} {
		if ps := JudgeAll(test.from, test.to); len(ps) != test.want {
			t.Errorf("%s: %v", name, ps)
		}
	}
}

func TestEveryRuleIsExplained(t *testing.T) {
	seen := map[Rule]bool{}
	for _, e := range Rules() {
		if seen[e.Rule] || e.What == "" || e.Why == "" || e.Hint == "" || e.Bad == "" || e.Good == "" || e.Severity == "" {
			t.Errorf("%s is explained twice or not enough", e.Rule)
		}
		seen[e.Rule] = true
	}
	for _, r := range rulesInSource(t) {
		if !seen[r] {
			t.Errorf("%s is not explained", r)
		}
	}
}

// rulesInSource are the rules as the code declares them.
func rulesInSource(t *testing.T) (rules []Rule) {
	for _, m := range regexp.MustCompile(`(?m)^\tRule\w+ +Rule = "(.+?)"`).FindAllSubmatch(readFile(t, "rule.go"), -1) {
		rules = append(rules, Rule(m[1]))
	}
	if len(rules) < 20 {
		t.Fatalf("only %d rules found", len(rules))
	}
	return rules
}
