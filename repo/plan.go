package repo

import (
	"errors"
	"slices"

	"casebook/casefile"
)

// Plan is what a change will do for one customer.
type Plan struct {
	Account    casefile.Account
	Records    []PlannedRecord // in the order of their files
	Gains      []*casefile.Pattern
	Loses      []*casefile.Pattern
	Mitigators int // registered and not revoked: those that will see the list
}

// PlannedRecord is a record, or allowed_signers without its content, before a change and after it: nil where there is none, or none that can be read.
type PlannedRecord struct {
	Path    string
	Was, Is casefile.Record
	Gone    bool // it was deleted
	Fields  []casefile.Difference
}

// Plan says what the change will do for each customer it touches, the casebook's own records and the
// operators coming first, under no account.
func (p *Proposal) Plan() ([]Plan, error) {
	byAccount := map[casefile.Account]*Plan{}
	var order []casefile.Account
	for _, c := range p.changed {
		one := PlannedRecord{Path: c.path, Gone: c.deleted()}
		_, err := casefile.Locate(c.path)
		switch {
		case c.path == casefile.SignersFile:
		case err != nil:
			continue
		default:
			if one, err = p.record(c); err != nil {
				return nil, err
			}
		}
		a, _ := customerOf(c.path)
		if byAccount[a] == nil {
			byAccount[a] = &Plan{Account: a}
			order = append(order, a)
		}
		byAccount[a].Records = append(byAccount[a].Records, one)
	}
	slices.Sort(order)
	var plans []Plan
	for _, a := range order {
		if a != "" {
			if err := p.lists(byAccount[a]); err != nil {
				return nil, err
			}
		}
		plans = append(plans, *byAccount[a])
	}
	return plans, nil
}

func (p *Proposal) record(c changedFile) (one PlannedRecord, err error) {
	one.Path, one.Gone = c.path, c.deleted()
	if one.Was, err = planned(p.was, c.path); err != nil {
		return one, err
	}
	if one.Is, err = planned(p.is, c.path); err == nil && one.Is != nil {
		one.Fields = casefile.Diff(one.Was, one.Is)
	}
	return one, err
}

// planned is the record at a path, nil where there is none. What is wrong with a file is for Validate to say.
func planned(s *Snapshot, file string) (casefile.Record, error) {
	rec, err := casefile.Locate(file)
	if err != nil {
		return nil, err
	}
	if err = s.Get(rec); errors.Is(err, ErrNotFound) || isProblems(err) {
		return nil, nil
	}
	return rec, err
}

// lists finds what the customer's pattern list gains and loses, and who will see it.
func (p *Proposal) lists(plan *Plan) error {
	was, err := p.was.listed(plan.Account)
	if err != nil {
		return err
	}
	is, err := p.is.listed(plan.Account)
	if err != nil {
		return err
	}
	plan.Gains, plan.Loses = without(is, was), without(was, is)
	mitigators, err := p.is.Mitigators(plan.Account)
	for _, m := range mitigators {
		if m.Revoked.IsZero() {
			plan.Mitigators++
		}
	}
	if isProblems(err) {
		return nil
	}
	return err
}

// listed is the customer's pattern list; of the cases only those are read that have an entry.
func (s *Snapshot) listed(a casefile.Account) ([]*casefile.Pattern, error) {
	patterns, err := s.Patterns(a)
	if err != nil && !isProblems(err) {
		return nil, err
	}
	held := casefile.NewHoldings(a)
	for _, p := range patterns {
		held.Add(p)
		if !p.Listed() || held.Cases.Get(p.Target.Case) != nil {
			continue
		}
		c := &casefile.Case{Account: a, Key: p.Target.Case}
		switch err := s.Get(c); {
		case err == nil:
			held.Add(c)
		case !errors.Is(err, ErrNotFound) && !isProblems(err):
			return nil, err
		}
	}
	return held.List(), nil
}

func without(all, those []*casefile.Pattern) []*casefile.Pattern {
	return slices.DeleteFunc(slices.Clone(all), func(p *casefile.Pattern) bool {
		return slices.ContainsFunc(those, func(q *casefile.Pattern) bool { return p.ID == q.ID })
	})
}

func isProblems(err error) bool {
	var ps casefile.Problems
	return errors.As(err, &ps)
}
