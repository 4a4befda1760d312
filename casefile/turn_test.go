package casefile

import (
	"fmt"
	"testing"
)

func TestATurnIsToldByItsVerbs(t *testing.T) {
	by := Stamp{At: testNow, By: "Jane Doe <jane@acme.example>"}
	of := func(s Status) *Case { return standing(s, MitigatorNotified) }
	entry := func(kind Type) *Pattern { return &Pattern{ID: 1, Type: kind} }
	resolved := &Pattern{ID: 1, Type: Bandage, Target: Target{Resolved: &by}}
	withdrawn := &Pattern{ID: 1, Type: Bandage, Withdrawn: &Withdrawal{"bad", by}}
	named := of(NewCaseReceived)
	named.CaseID = "1-1"
	for _, c := range []struct {
		name    string
		turn    Turn
		verbs   string
		outside bool
	}{
		{"received", Turn{Is: of(NewCaseReceived)}, "[receive]", false},
		{"received and downloaded at once", Turn{Is: of(ThreatSampleDownloaded)}, "[receive download]", false},
		{"nothing", Turn{Was: of(NewCaseReceived), Is: of(NewCaseReceived)}, "[]", false},
		{"notified", Turn{Was: of(NewCaseReceived), Is: of(AdministratorNotified)}, "[notify]", false},
		{"identified", Turn{Was: of(NewCaseReceived), Is: named}, "[identify]", false},
		{"uploaded", Turn{Was: of(NewCaseReceived), Is: of(MitigatorNotified), Entries: []EntryTurn{{nil, entry(Controlled)}}}, "[upload]", false},
		{"specified", Turn{Was: of(NewCaseReceived), Is: of(MitigatorNotified), Entries: []EntryTurn{{nil, entry(SmartScan)}}}, "[specify]", false},
		{"a false alarm", Turn{Was: of(NewCaseReceived), Is: of(NewCaseReceived), Entries: []EntryTurn{{nil, entry(None)}}}, "[none]", false},
		{"resolved", Turn{Was: of(MitigatorNotified), Is: of(MitigatorNotified), Entries: []EntryTurn{{entry(Bandage), resolved}}}, "[resolve]", false},
		{"no longer resolved", Turn{Was: of(MitigatorNotified), Is: of(MitigatorNotified), Entries: []EntryTurn{{resolved, entry(Bandage)}}}, "[resolve]", false},
		{"withdrawn", Turn{Was: of(MitigatorNotified), Is: of(MitigatorNotified), Entries: []EntryTurn{{entry(Bandage), withdrawn}}}, "[withdraw]", false},
		{"withdrawn no more", Turn{Was: of(MitigatorNotified), Is: of(MitigatorNotified), Entries: []EntryTurn{{withdrawn, entry(Bandage)}}}, "[]", true},
		{"all in one commit", Turn{Was: of(NewCaseReceived), Is: of(CaseClosed), Entries: []EntryTurn{{nil, resolved}}, Of: []*Pattern{resolved}}, "[upload resolve close]", false},
		{"closed without an entry", Turn{Was: of(NewCaseReceived), Is: of(CaseClosed)}, "[close]", true},
		{"reopened", Turn{Was: of(CaseClosed), Is: of(MitigatorNotified)}, "[reopen]", false},
		{"set back", Turn{Was: of(MitigatorNotified), Is: of(NewCaseReceived)}, "[]", true},
		{"a closed case changed", Turn{Was: of(CaseClosed), Is: of(CaseClosed), Entries: []EntryTurn{{resolved, withdrawn}}}, "[withdraw resolve]", true},
		{"removed", Turn{Was: of(NewCaseReceived)}, "[]", true},
		{"an entry removed", Turn{Was: of(MitigatorNotified), Is: of(MitigatorNotified), Entries: []EntryTurn{{entry(Bandage), nil}}}, "[]", true},
	} {
		if got := fmt.Sprint(c.turn.Verbs()); got != c.verbs {
			t.Errorf("%s: %s, want %s", c.name, got, c.verbs)
		}
		if why := c.turn.Outside(); (why != "") != c.outside {
			t.Errorf("%s: outside %q", c.name, why)
		}
	}
}
