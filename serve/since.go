package serve

import (
	"maps"
	"path"
	"slices"

	"casebook/casefile"
	"casebook/repo"
)

// holdings are a customer's records in a commit. What is known of the last published commit
// spares reading what did not change since. The patterns are those on the list whose bytes
// are not known to be good.
func (p *publisher) holdings(s *repo.Snapshot, a casefile.Account, last *customer) (*casefile.Holdings, []*casefile.Pattern, casefile.Problems, error) {
	if last != nil {
		c := &since{p.basis, s, copied(last.held), map[casefile.PatternID]bool{}}
		if h := c.take(casefile.CustomerDir(a)); h != nil {
			known := func(p *casefile.Pattern) bool { return !c.touched[p.ID] && last.entries[p.ID] != nil }
			return h, slices.DeleteFunc(h.List(), known), nil, nil
		}
	}
	h, problems, err := s.Customer(a)
	if err != nil || len(problems) > 0 {
		return nil, nil, problems, err
	}
	return h, h.List(), nil, nil
}

// since is the reading of what changed in a customer's folder from one commit to the next.
// It knows only the ways in which a good commit follows a good one: records and patterns
// added, records changed. Whatever else it meets, or finds wrong, is left to the look at
// everything, so that what is refused is refused in the words of one check.
type since struct {
	was, is *repo.Snapshot
	held    *casefile.Holdings
	touched map[casefile.PatternID]bool // entries in whose folder anything changed
}

func copied(h *casefile.Holdings) *casefile.Holdings {
	c := casefile.NewHoldings(h.Account)
	c.Customer, c.Mitigators, c.Cases, c.Patterns = h.Customer, maps.Clone(h.Mitigators), maps.Clone(h.Cases), maps.Clone(h.Patterns)
	return c
}

// take is the holdings after all changes, or nil if everything has to be looked at.
func (c *since) take(folder string) *casefile.Holdings {
	changed, ok := c.changed(folder)
	if !ok {
		return nil
	}
	for _, file := range changed {
		if !c.record(file) {
			return nil
		}
	}
	for _, file := range changed {
		if !c.pattern(path.Dir(file)) {
			return nil
		}
	}
	if len(c.held.Check()) > 0 {
		return nil
	}
	return c.held
}

// changed are the files below a folder that are new or other ones. It is false if any is
// gone, or is no plain file.
func (c *since) changed(folder string) ([]string, bool) {
	was, err := c.was.List(folder)
	if err != nil {
		return nil, false
	}
	is, err := c.is.List(folder)
	if err != nil {
		return nil, false
	}
	before := make(map[string]repo.Entry, len(was))
	for _, e := range was {
		before[e.Name] = e
	}
	var changed []string
	for _, e := range is {
		at, old := path.Join(folder, e.Name), before[e.Name]
		delete(before, e.Name)
		switch {
		case e == old:
		case old.Name != "" && e.Dir != old.Dir, !e.Dir && !e.Regular:
			return nil, false
		case !e.Dir:
			changed = append(changed, at)
		default:
			inside, ok := c.changed(at)
			if !ok {
				return nil, false
			}
			changed = append(changed, inside...)
		}
	}
	return changed, len(before) == 0
}

// record takes a changed record in; what is no record must be a pattern's bytes.
func (c *since) record(file string) bool {
	rec, err := casefile.Locate(file)
	if err != nil {
		return patternIn(path.Dir(file)) != nil
	}
	switch rec.(type) {
	case *casefile.Customer, *casefile.Mitigator, *casefile.Case, *casefile.Pattern:
	default:
		return false
	}
	if c.is.Get(rec) != nil {
		return false
	}
	c.held.Add(rec)
	return true
}

func patternIn(folder string) *casefile.Pattern {
	rec, err := casefile.Locate(path.Join(folder, casefile.PatternFile))
	p, ok := rec.(*casefile.Pattern)
	if err != nil || !ok {
		return nil
	}
	return p
}

// aPointer is more than what git LFS leaves in place of a file has.
const aPointer = 1024

// pattern checks that an entry's folder, if it is one, holds what the record says. The bytes
// themselves are read when they are put on the shelf.
func (c *since) pattern(folder string) bool {
	at := patternIn(folder)
	if at == nil {
		return true
	}
	c.touched[at.ID] = true
	p := c.held.Patterns[at.ID]
	beside, err := c.is.List(folder)
	if p == nil || err != nil {
		return false
	}
	if p.File == nil {
		return len(beside) == 1
	}
	src, size, err := c.is.Open(p.FilePath())
	if err != nil {
		return false
	}
	src.Close()
	return len(beside) == 2 && size == p.File.Size && size >= aPointer
}
