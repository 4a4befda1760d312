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
	Cases      Months[*Case]
	Patterns   map[PatternID]*Pattern
	broken     map[string]bool
	entries    Months[[]*Pattern] // those of each case, by ID; only Check makes them
	list       []*Pattern         // what List gives, once Check made the entries
}

// NewHoldings are the holdings of a customer of whom nothing is known yet.
func NewHoldings(a Account) *Holdings {
	return &Holdings{
		Account: a, Mitigators: map[Name]*Mitigator{}, Patterns: map[PatternID]*Pattern{}, broken: map[string]bool{},
	}
}

// Add takes a record in.
func (h *Holdings) Add(r Record) {
	h.entries, h.list = Months[[]*Pattern]{}, nil
	switch r := r.(type) {
	case *Customer:
		h.Customer = r
	case *Mitigator:
		h.Mitigators[r.Name] = r
	case *Case:
		h.Cases.put(r.Key, r)
	case *Pattern:
		h.Patterns[r.ID] = r
	}
}

// Broken notes that a record is there but cannot be read, so that no second problem is
// made of its absence.
func (h *Holdings) Broken(r Record) { h.broken[r.Path()] = true }

func (h *Holdings) missing(r Record) bool { return !h.broken[r.Path()] }

// ids are those of all entries, in order. Mostly they count without gaps.
func (h *Holdings) ids() []PatternID {
	ids := make([]PatternID, len(h.Patterns))
	for i := range ids {
		ids[i] = PatternID(i + 1)
		if h.Patterns[ids[i]] == nil {
			return slices.Sorted(maps.Keys(h.Patterns))
		}
	}
	return ids
}

// Entries are the entries made for a case, by ID. Where Check made them they are found at once, and shared.
func (h *Holdings) Entries(k Key) []*Pattern {
	if h.list != nil {
		return slices.Clip(h.entries.Get(k))
	}
	var of []*Pattern
	for _, p := range h.Patterns {
		if p.Target.Case == k {
			of = append(of, p)
		}
	}
	slices.SortFunc(of, byID)
	return of
}

func byID(a, b *Pattern) int { return int(a.ID - b.ID) }

// List is the current pattern list, by ID: what the customer's mitigators are told. It
// holds the entries not withdrawn, of open cases, that are not none.
func (h *Holdings) List() []*Pattern {
	if h.list != nil {
		return slices.Clone(h.list)
	}
	var list []*Pattern
	for _, id := range h.ids() {
		if p := h.Patterns[id]; h.listed(p) {
			list = append(list, p)
		}
	}
	return list
}

func (h *Holdings) listed(p *Pattern) bool {
	if !p.Listed() {
		return false
	}
	c := h.Cases.Get(p.Target.Case)
	return c != nil && c.Open()
}

// Check finds what is wrong between the customer's records. Problems have a Field and no
// place; Place finds it.
func (h *Holdings) Check() Problems {
	var ps Problems
	if c := (&Customer{Account: h.Account}); h.Customer == nil && h.missing(c) {
		ps = append(ps, Problem{File: c.Path(), Rule: RuleMissingFile, Text: "missing: every customer has one",
			Hint: fmt.Sprintf("casebook customer add %s --company NAME", h.Account)})
	}
	ids := h.ids()
	h.index(ids)
	ps = append(ps, h.checkMitigators()...)
	ps = append(ps, h.checkPatterns(ids)...)
	ps = append(ps, h.checkCases()...)
	ps.Sort()
	return ps
}

// index makes the entries and the list.
func (h *Holdings) index(ids []PatternID) {
	h.entries, h.list = Months[[]*Pattern]{}, []*Pattern{}
	for _, id := range ids {
		p := h.Patterns[id]
		h.entries.put(p.Target.Case, append(h.entries.Get(p.Target.Case), p))
		if h.listed(p) {
			h.list = append(h.list, p)
		}
	}
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
	first := make(map[string]Key, h.Cases.Len())
	for key, c := range h.Cases.All() {
		if other, taken := first[c.CaseID]; c.CaseID != "" && (!taken || key < other) {
			first[c.CaseID] = key
		}
	}
	for key, c := range h.Cases.All() {
		if c.CaseID != "" && first[c.CaseID] != key {
			ps = append(ps, c.SharesID(first[c.CaseID]))
		}
	}
	ps.Sort()
	return ps
}

// SharesID is the problem of a case that has the Case ID of another.
func (c *Case) SharesID(with Key) Problem {
	return Problem{File: c.Path(), Field: "case_id", Rule: RuleSharedCaseID, Text: fmt.Sprintf("case_id: case %s has the same", with)}
}

func (h *Holdings) checkCases() (ps Problems) {
	broken := h.anyBrokenPattern()
	for _, c := range h.Cases.All() {
		ps = append(ps, h.checkCase(c, broken)...)
	}
	return ps
}

// checkCase leaves entries alone where any is broken: it might be one for this case.
func (h *Holdings) checkCase(c *Case, broken bool) (ps Problems) {
	if h.Mitigators[c.MitigationServer] == nil && h.missing(&Mitigator{Account: h.Account, Name: c.MitigationServer}) {
		ps = append(ps, Problem{File: c.Path(), Field: "mitigation_server", Rule: RuleUnknownRecord,
			Text: fmt.Sprintf("mitigation_server: %s is not registered with %s", c.MitigationServer, h.Account),
			Hint: fmt.Sprintf("casebook mitigator add %s %s", h.Account, c.MitigationServer)})
	}
	if c.Open() || broken {
		return ps
	}
	if err := c.Settled(h.entries.Get(c.Key)); err != nil {
		ps = append(ps, Problem{File: c.Path(), Field: "status", Rule: RuleUnsettled,
			Text: "status: case-closed, but " + err.(*Refusal).Why})
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

func (h *Holdings) checkPatterns(ids []PatternID) (ps Problems) {
	for _, id := range ids {
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
	if !h.Cases.Has(p.Target.Case) && h.missing(&Case{Account: h.Account, Key: p.Target.Case}) {
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
