package casefile

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawHoldings are good ones: some cases of two months, and entries for them.
func drawHoldings(t *rapid.T) *Holdings {
	h := NewHoldings("acme")
	h.Add(&Customer{Account: "acme", Company: "Acme"})
	h.Add(&Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf})
	for i := range rapid.IntRange(0, 8).Draw(t, "entries") {
		p := drawEntry(t, PatternID(i+1))
		if old := h.Patterns[p.ReissueOf]; old != nil && !sameBytes(old, p) {
			p.ReissueOf = 0
		}
		h.Add(p)
	}
	for i := range 7 {
		c := drawCase(t, i)
		c.MitigationServer = "tm-01"
		if c.Settled(h.Entries(c.Key)) != nil {
			c.Status = MitigatorNotified
		}
		h.Add(c)
	}
	if ps := h.Check(); len(ps) > 0 {
		t.Fatal(ps)
	}
	return h
}

func drawCase(t *rapid.T, i int) *Case {
	return &Case{
		Account: "acme", Key: Key(fmt.Sprintf("2026%d23-ws-%d", 11+i%2, i)),
		Status:           rapid.SampledFrom([]Status{NewCaseReceived, MitigatorNotified, CaseClosed}).Draw(t, "status"),
		MitigationServer: rapid.SampledFrom([]Name{"tm-01", "tm-01", "tm-01", "tm-02"}).Draw(t, "server"),
	}
}

func drawEntry(t *rapid.T, id PatternID) *Pattern {
	i := rapid.IntRange(0, 6).Draw(t, "case")
	p := &Pattern{
		Account: "acme", ID: id, Type: rapid.SampledFrom([]Type{None, SmartScan, Bandage}).Draw(t, "type"),
		Target: Target{Case: Key(fmt.Sprintf("2026%d23-ws-%d", 11+i%2, i))},
	}
	if p.Type == Bandage {
		p.File = &File{"a.bin", 1, rapid.SampledFrom([]Digest{digestOf, digestOf[1:] + "0"}).Draw(t, "digest")}
		p.ReissueOf = PatternID(rapid.IntRange(0, int(id)-1).Draw(t, "reissue of"))
	}
	if rapid.Bool().Draw(t, "resolved") {
		p.Target.Resolved = &Stamp{}
	}
	if rapid.IntRange(0, 3).Draw(t, "withdrawn") == 0 {
		p.Withdrawn = &Withdrawal{}
	}
	return p
}

func drawChange(t *rapid.T, h *Holdings) Record {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0, 1:
		return drawCase(t, rapid.IntRange(0, 8).Draw(t, "case"))
	case 2, 3:
		return drawEntry(t, PatternID(rapid.IntRange(1, len(h.Patterns)+2).Draw(t, "ID")))
	case 4:
		return &Customer{Account: "acme", Company: "Acme & Sons"}
	}
	return &Mitigator{Account: "acme", Name: "tm-02", TokenSHA256: rapid.SampledFrom([]Digest{digestOf, digestOf[1:] + "0"}).Draw(t, "token")}
}

// Whatever changes, With says of it what the check of everything says, and leaves alone what it began with.
func TestWithIsTheCheckOfEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHoldings(t)
		for range 3 {
			changes := map[string]Record{}
			for range rapid.IntRange(1, 4).Draw(t, "changes") {
				r := drawChange(t, h)
				changes[r.Path()] = r
			}
			changed := slices.Collect(maps.Values(changes))
			before := again(h)
			next, whole := h.With(changed), again(h, changed...)
			sameHoldings(t, h, before)
			switch ps := whole.Check(); {
			case next == nil && len(ps) == 0 && !otherBytes(h, changed):
				t.Fatal("left to the look at everything")
			case next != nil && len(ps) > 0:
				t.Fatalf("taken for good: %v", ps)
			case next != nil:
				sameHoldings(t, next, whole)
				h = next
			}
		}
	})
}

// again is the same, made anew and checked.
func again(h *Holdings, changed ...Record) *Holdings {
	n := NewHoldings(h.Account)
	n.Add(h.Customer)
	for _, m := range h.Mitigators {
		n.Add(m)
	}
	for _, c := range h.Cases.All() {
		n.Add(c)
	}
	for _, p := range h.Patterns {
		n.Add(p)
	}
	for _, r := range changed {
		n.Add(r)
	}
	n.Check()
	return n
}

func otherBytes(h *Holdings, changed []Record) bool {
	return slices.ContainsFunc(changed, func(r Record) bool {
		p, is := r.(*Pattern)
		return is && h.Patterns[p.ID] != nil && !sameBytes(h.Patterns[p.ID], p)
	})
}

func sameHoldings(t *rapid.T, got, want *Holdings) {
	for what, same := range map[string]bool{
		"customer":   got.Customer == want.Customer,
		"mitigators": maps.Equal(got.Mitigators, want.Mitigators),
		"cases":      maps.Equal(maps.Collect(got.Cases.All()), maps.Collect(want.Cases.All())) && got.Cases.Len() == want.Cases.Len(),
		"patterns":   maps.Equal(got.Patterns, want.Patterns),
		"list":       slices.Equal(got.List(), want.List()),
		"entries":    reflect.DeepEqual(filled(got), filled(want)),
	} {
		if !same {
			t.Errorf("%s are not those that are there", what)
		}
	}
}

func filled(h *Holdings) map[Key][]*Pattern {
	entries := maps.Collect(h.entries.All())
	maps.DeleteFunc(entries, func(_ Key, of []*Pattern) bool { return len(of) == 0 })
	return entries
}
