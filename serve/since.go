package serve

import (
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
		c := &since{p.basis, s, last.held, map[casefile.PatternID]bool{}}
		if h := c.take(a); h != nil {
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
	held    *casefile.Holdings          // those of was
	touched map[casefile.PatternID]bool // entries in whose folder anything changed
}

// take is the holdings after all changes, or nil if everything has to be looked at.
func (c *since) take(a casefile.Account) *casefile.Holdings {
	changed, err := c.is.Since(c.was, a)
	if err != nil {
		return nil
	}
	var records []casefile.Record
	for _, d := range changed {
		if d.Gone || !d.Plain {
			return nil
		}
		rec, ok := c.record(d.Path)
		if !ok {
			return nil
		}
		if rec != nil {
			records = append(records, rec)
		}
	}
	next := c.held.With(records)
	if next == nil {
		return nil
	}
	for _, d := range changed {
		if !c.pattern(path.Dir(d.Path), next) {
			return nil
		}
	}
	return next
}

// record reads a changed record; there is none in a pattern's bytes.
func (c *since) record(file string) (casefile.Record, bool) {
	rec, err := casefile.Locate(file)
	if err != nil {
		return nil, patternIn(path.Dir(file)) != nil
	}
	switch rec.(type) {
	case *casefile.Customer, *casefile.Mitigator, *casefile.Case, *casefile.Pattern:
		return rec, c.is.Get(rec) == nil
	}
	return nil, false
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
func (c *since) pattern(folder string, held *casefile.Holdings) bool {
	at := patternIn(folder)
	if at == nil {
		return true
	}
	c.touched[at.ID] = true
	p := held.Patterns[at.ID]
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
