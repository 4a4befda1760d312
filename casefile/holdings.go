package casefile

import (
	"fmt"
	"maps"
	"slices"
)

// Holdings are all records of one customer, read from one commit or one work tree; they
// are what the checks between records look at.
type Holdings struct {
	Account    Account
	Customer   *Customer
	Mitigators map[Name]*Mitigator
	Cases      map[Key]*Case
	Patterns   map[PatternID]*Pattern
	broken     map[string]bool
}

// NewHoldings are the holdings of a customer of whom nothing is known yet.
func NewHoldings(a Account) *Holdings {
	return &Holdings{
		Account: a, Mitigators: map[Name]*Mitigator{}, Cases: map[Key]*Case{}, Patterns: map[PatternID]*Pattern{},
		broken: map[string]bool{},
	}
}

// Add takes a record in.
func (h *Holdings) Add(r Record) {
	switch r := r.(type) {
	case *Customer:
		h.Customer = r
	case *Mitigator:
		h.Mitigators[r.Name] = r
	case *Case:
		h.Cases[r.Key] = r
	case *Pattern:
		h.Patterns[r.ID] = r
	}
}

// Broken notes that a record is there but cannot be read, so that no second problem is
// made of its absence.
func (h *Holdings) Broken(r Record) { h.broken[r.Path()] = true }

func (h *Holdings) missing(r Record) bool { return !h.broken[r.Path()] }

// Entries are the entries made for a case, by ID.
func (h *Holdings) Entries(k Key) []*Pattern {
	var of []*Pattern
	for _, p := range h.Patterns {
		if p.Target.Case == k {
			of = append(of, p)
		}
	}
	slices.SortFunc(of, func(a, b *Pattern) int { return int(a.ID - b.ID) })
	return of
}

// List is the current pattern list, by ID: what the customer's mitigators are told. It
// holds the entries not withdrawn, of open cases, that are not none.
func (h *Holdings) List() []*Pattern {
	var list []*Pattern
	for _, id := range slices.Sorted(maps.Keys(h.Patterns)) {
		p := h.Patterns[id]
		if c := h.Cases[p.Target.Case]; c != nil && c.Open() && p.Listed() {
			list = append(list, p)
		}
	}
	return list
}

// Check finds what is wrong between the customer's records. Problems have a Field and no
// place; Place finds it.
func (h *Holdings) Check() Problems {
	var ps Problems
	if c := (&Customer{Account: h.Account}); h.Customer == nil && h.missing(c) {
		ps = append(ps, Problem{File: c.Path(), Rule: RuleMissingFile, Text: "missing: every customer has one",
			Hint: fmt.Sprintf("casebook customer add %s --company NAME", h.Account)})
	}
	ps = append(ps, h.checkMitigators()...)
	ps = append(ps, h.checkPatterns()...)
	ps = append(ps, h.checkCases()...)
	ps.Sort()
	return ps
}

func (h *Holdings) checkMitigators() (ps Problems) {
	first := map[Digest]Name{}
	for _, name := range slices.Sorted(maps.Keys(h.Mitigators)) {
		m := h.Mitigators[name]
		for field, token := range m.Tokens() {
			if other, taken := first[token]; taken && other != name {
				ps = append(ps, Problem{File: m.Path(), Field: field, Rule: RuleSharedToken,
					Text: fmt.Sprintf("%s: mitigator %s has the same token", field, other),
					Hint: fmt.Sprintf("casebook mitigator rotate %s %s", h.Account, name)})
				continue
			}
			first[token] = name
		}
	}
	return ps
}

// SharedIDs finds cases that have one Case ID, and blames those that came later. No mitigator is the
// worse for it, so it keeps nothing from being published and is no part of Check.
func (h *Holdings) SharedIDs() (ps Problems) {
	first := map[string]Key{}
	for _, key := range slices.Sorted(maps.Keys(h.Cases)) {
		c := h.Cases[key]
		if other, taken := first[c.CaseID]; taken && c.CaseID != "" {
			ps = append(ps, c.SharesID(other))
			continue
		}
		first[c.CaseID] = key
	}
	return ps
}

// SharesID is the problem of a case that has the Case ID of another.
func (c *Case) SharesID(with Key) Problem {
	return Problem{File: c.Path(), Field: "case_id", Rule: RuleSharedCaseID, Text: fmt.Sprintf("case_id: case %s has the same", with)}
}

func (h *Holdings) checkCases() (ps Problems) {
	entries := map[Key][]*Pattern{}
	for _, p := range h.Patterns {
		entries[p.Target.Case] = append(entries[p.Target.Case], p)
	}
	for key, c := range h.Cases {
		if m := (&Mitigator{Account: h.Account, Name: c.MitigationServer}); h.Mitigators[c.MitigationServer] == nil && h.missing(m) {
			ps = append(ps, Problem{File: c.Path(), Field: "mitigation_server", Rule: RuleUnknownRecord,
				Text: fmt.Sprintf("mitigation_server: %s is not registered with %s", c.MitigationServer, h.Account),
				Hint: fmt.Sprintf("casebook mitigator add %s %s", h.Account, c.MitigationServer)})
		}
		of := entries[key]
		slices.SortFunc(of, func(a, b *Pattern) int { return int(a.ID - b.ID) })
		if c.Open() || h.anyBrokenPattern() {
			continue
		}
		if err := c.Settled(of); err != nil {
			ps = append(ps, Problem{File: c.Path(), Field: "status", Rule: RuleUnsettled,
				Text: "status: case-closed, but " + err.(*Refusal).Why})
		}
	}
	return ps
}

func (h *Holdings) anyBrokenPattern() bool {
	for path := range h.broken {
		if r, err := Locate(path); err == nil {
			if _, is := r.(*Pattern); is {
				return true
			}
		}
	}
	return false
}

func (h *Holdings) checkPatterns() (ps Problems) {
	for _, id := range slices.Sorted(maps.Keys(h.Patterns)) {
		p := h.Patterns[id]
		if gap := h.Gap(p); len(gap) > 0 {
			// On a line of the entry, for that of a file that is not there nobody is shown.
			ps = append(ps, Problem{File: p.Path(), Line: 1, Column: 1, Rule: RulePatternGap,
				Text: fmt.Sprintf("there is no entry %d, and pattern IDs count without gaps", gap[len(gap)-1]),
				Hint: fmt.Sprintf("a new entry is number %d, which is the name of its folder; an entry that was there comes back with git, and is withdrawn if it is bad", gap[0])})
		}
		ps = append(ps, h.checkPattern(p)...)
	}
	return ps
}

// Gap are the IDs right before an entry's that no entry has, in order.
func (h *Holdings) Gap(p *Pattern) (gap []PatternID) {
	for id := p.ID - 1; id > 0 && h.Patterns[id] == nil && h.missing(&Pattern{Account: h.Account, ID: id}); id-- {
		gap = append(gap, id)
	}
	slices.Reverse(gap)
	return gap
}

func (h *Holdings) checkPattern(p *Pattern) (ps Problems) {
	if c := (&Case{Account: h.Account, Key: p.Target.Case}); h.Cases[p.Target.Case] == nil && h.missing(c) {
		ps = append(ps, Problem{File: p.Path(), Field: "target.case", Rule: RuleUnknownRecord,
			Text: fmt.Sprintf("target.case: %s has no case %s", h.Account, p.Target.Case)})
	}
	if p.ReissueOf == 0 {
		return ps
	}
	old := h.Patterns[p.ReissueOf]
	switch {
	case old == nil && h.missing(&Pattern{Account: h.Account, ID: p.ReissueOf}):
		ps = append(ps, Problem{File: p.Path(), Field: "reissue_of", Rule: RuleUnknownRecord,
			Text: fmt.Sprintf("reissue_of: %s has no entry %d", h.Account, p.ReissueOf)})
	case old != nil && old.File == nil:
		ps = append(ps, Problem{File: p.Path(), Field: "reissue_of", Rule: RuleContradiction,
			Text: fmt.Sprintf("reissue_of: entry %d has no file to issue again", p.ReissueOf)})
	case old != nil && old.Target.Case != p.Target.Case:
		ps = append(ps, Problem{File: p.Path(), Field: "reissue_of", Rule: RuleContradiction,
			Text: fmt.Sprintf("reissue_of: entry %d was made for another case, %s", p.ReissueOf, old.Target.Case)})
	case old != nil && p.File != nil && old.File.SHA256 != p.File.SHA256:
		ps = append(ps, Problem{File: p.Path(), Field: "file.sha256", Rule: RuleWrongBytes,
			Text: fmt.Sprintf("file.sha256: a reissue has the same bytes, and entry %d has others", p.ReissueOf)})
	}
	return ps
}
