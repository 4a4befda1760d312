package console

import (
	"maps"
	"slices"

	"casebook/casefile"
)

// progress is how far an entry has come with a customer's mitigators.
type progress struct {
	Stations []atStation // by name
	Counts   map[casefile.PatternStatus]int
}

// atStation is how far an entry has come with one mitigator.
type atStation struct {
	Name    casefile.Name
	Status  casefile.PatternStatus
	Wrong   bool // it has other bytes, or another version
	Revoked bool
}

// progress is told of every mitigator that may fetch the entry, and of those that did.
func (b *book) progress(p *casefile.Pattern) progress {
	of := map[casefile.Name]*casefile.Delivery{}
	for _, d := range b.reports.of(p.ID) {
		of[d.Mitigator] = d
	}
	names := maps.Clone(of)
	for name, m := range b.Mitigators {
		if m.Revoked.IsZero() {
			names[name] = of[name]
		}
	}
	all := progress{Counts: map[casefile.PatternStatus]int{}}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := atStation{Name: name, Status: casefile.NotApplied}
		if m := b.Mitigators[name]; m == nil || !m.Revoked.IsZero() {
			at.Revoked = true
		}
		if d := names[name]; d != nil {
			at.Status, at.Wrong = standing(p, d)
		}
		all.Counts[at.Status]++
		all.Stations = append(all.Stations, at)
	}
	return all
}

// standing is what one mitigator's reports amount to, and whether its last download was wrong.
func standing(p *casefile.Pattern, d *casefile.Delivery) (status casefile.PatternStatus, wrong bool) {
	there := *p
	there.Withdrawn = nil // of an entry that was withdrawn it still matters who has it
	for _, r := range d.Receipts {
		if r.Event == casefile.EventDownloaded {
			wrong = !p.Right(r)
		}
	}
	return there.Status([]*casefile.Delivery{d}), wrong
}

// furthest are the statuses of an entry with a mitigator, in the order in which they are told.
var furthest = []casefile.PatternStatus{casefile.Applied, casefile.Failed, casefile.Downloaded, casefile.NotApplied}

// Words say how far it came, as in: 2 of 4 mitigators applied it, 1 failed, 1 not yet.
func (p progress) Words() string {
	if len(p.Stations) == 0 {
		return "no mitigator to fetch it"
	}
	said := map[casefile.PatternStatus]string{casefile.Applied: "applied it", casefile.Failed: "failed", casefile.Downloaded: "downloaded it", casefile.NotApplied: "not yet"}
	words, of := "", " of "+plural(len(p.Stations), "mitigator")
	for _, status := range furthest {
		if n := p.Counts[status]; n > 0 {
			if words != "" {
				words += ", "
			}
			words += comma(n) + of + " " + said[status]
			of = ""
		}
	}
	return words
}
