package repo

import (
	"context"
	"maps"
	"slices"
	"sort"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Count is how many cases stand in each status, in the order of casefile.Statuses; the last number is of
// those whose file cannot be read.
type Count [6]int

// Of is how many cases stand in a status; "" is that of a file that cannot be read.
func (c Count) Of(s casefile.Status) int { return c[numberOf(s)] }

// Add counts n more cases in a status.
func (c *Count) Add(s casefile.Status, n int) { c[numberOf(s)] += n }

func numberOf(s casefile.Status) int {
	if i := slices.Index(casefile.Statuses, s); i >= 0 {
		return i
	}
	return len(casefile.Statuses)
}

// Moment is how many cases each customer had at a time.
type Moment struct {
	At        time.Time
	Commit    string                     // the newest that was there at the time; "" before history begins
	Customers map[casefile.Account]Count // not to be changed
}

// Tally counts how many cases stood in which status at many moments, along the first parents of a
// branch. It remembers what it counted, so that the next commit costs only what is new. It serves one
// goroutine at a time.
//
// A commit counts from the time its committer's clock told, but never before its parent: clocks go wrong,
// and a branch has only one order. A time that is still to come tells nothing, and its commit counts
// with its parent.
type Tally struct {
	line    []milestone // oldest first
	cuts    map[plumbing.Hash]bool
	counted map[plumbing.Hash]map[casefile.Account]Count // by tree
}

// milestone is a commit of the line.
type milestone struct {
	commit, tree plumbing.Hash
	told, counts int64 // seconds: what the committer's clock told, and from when the commit counts
}

// Follow leads the tally to a commit. How many cases there are in it may be given if it is known; else
// all of them are read. It says when history begins.
func (t *Tally) Follow(ctx context.Context, s *Snapshot, now time.Time, known map[casefile.Account]Count) (began time.Time, err error) {
	w, err := s.walk(nil, false)
	if err != nil {
		return began, err
	}
	if !maps.Equal(t.cuts, w.cut) { // a shallow clone was deepened
		t.line, t.cuts = nil, w.cut
	}
	if err := t.extend(ctx, w, s.commit); err != nil || len(t.line) == 0 {
		return began, err
	}
	before := min(t.line[0].told, now.Unix())
	for i := range t.line {
		if m := &t.line[i]; m.told <= now.Unix() {
			before = max(before, m.told)
		}
		t.line[i].counts = before
	}
	if t.counted == nil {
		t.counted = map[plumbing.Hash]map[casefile.Account]Count{}
	}
	if known != nil {
		t.counted[s.tree] = known
	} else if t.counted[s.tree] == nil {
		t.counted[s.tree], err = recount(s, w.comparer, plumbing.ZeroHash, s.tree, nil)
	}
	return time.Unix(t.line[0].counts, 0).UTC(), err
}

// extend makes the line end in a commit. What it shares with the line as it was is not read again.
func (t *Tally) extend(ctx context.Context, w *walk, tip plumbing.Hash) error {
	place := make(map[plumbing.Hash]int, len(t.line))
	for i, m := range t.line {
		place[m.commit] = i + 1
	}
	var fresh []milestone
	shared := 0
	for h := tip; !h.IsZero(); {
		if shared = place[h]; shared > 0 {
			break
		}
		n, err := w.node(h)
		if err != nil {
			return err
		}
		fresh = append(fresh, milestone{commit: h, tree: n.tree, told: n.when})
		if h = plumbing.ZeroHash; len(n.parents) > 0 {
			h = n.parents[0]
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	slices.Reverse(fresh)
	t.line = append(t.line[:shared:shared], fresh...)
	return nil
}

// Count counts at moments, which are in order; the snapshot is the one that was followed last. What was
// counted before and is not asked for now is forgotten.
func (t *Tally) Count(ctx context.Context, s *Snapshot, moments []time.Time) ([]Moment, error) {
	c := newComparer(s.objects)
	all := make([]Moment, len(moments))
	newer := s.tree
	kept := map[plumbing.Hash]map[casefile.Account]Count{newer: t.counted[newer]}
	for i := len(moments) - 1; i >= 0; i-- {
		all[i].At = moments[i]
		after := sort.Search(len(t.line), func(j int) bool { return t.line[j].counts > moments[i].Unix() })
		if after == 0 {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		then := t.line[after-1]
		counted, known := t.counted[then.tree]
		if !known {
			var err error
			if counted, err = recount(s, c, newer, then.tree, t.counted[newer]); err != nil {
				return nil, err
			}
			t.counted[then.tree] = counted
		}
		all[i].Commit, all[i].Customers = then.commit.String(), counted
		kept[then.tree] = counted
		newer = then.tree
	}
	t.counted = kept
	return all, nil
}

// recount is what is counted in one tree, made of what was counted in another: only cases in which they
// differ are read.
func recount(s *Snapshot, c *comparer, from, to plumbing.Hash, counted map[casefile.Account]Count) (map[casefile.Account]Count, error) {
	touched, err := c.casesApart(from, to)
	if err != nil {
		return nil, err
	}
	made := maps.Clone(counted)
	if made == nil {
		made = map[casefile.Account]Count{}
	}
	for _, one := range each(touched, s.standings) {
		of := made[one.account]
		if one.before {
			of.Add(one.was, -1)
		}
		if one.after {
			of.Add(one.is, 1)
		}
		made[one.account] = of
		if of == (Count{}) {
			delete(made, one.account)
		}
	}
	return made, nil
}

// casesApart are the files of cases in which two trees differ.
func (c *comparer) casesApart(from, to plumbing.Hash) ([]touch, error) {
	var folders [2][]byte
	for i, tree := range []plumbing.Hash{from, to} {
		if tree.IsZero() {
			continue
		}
		customers, err := c.at(tree, casefile.CustomersDir)
		if err != nil {
			return nil, err
		}
		if customers.Mode == filemode.Dir {
			if folders[i], err = c.folder(customers.Hash); err != nil {
				return nil, err
			}
		}
	}
	return c.allApart(casefile.CustomersDir, folders[0], folders[1], scope{"cases": nil})
}

// standings is where a case stood and where it stands.
type standings struct {
	account       casefile.Account
	before, after bool // whether there is a case
	was, is       casefile.Status
}

func (s *Snapshot) standings(one touch) (found standings) {
	found.account, found.was, found.before = s.standing(one.path, one.from)
	account, is, after := s.standing(one.path, one.to)
	if after {
		found.account, found.is, found.after = account, is, after
	}
	return found
}

// standing reads the status of a case; "" where its file cannot be read.
func (s *Snapshot) standing(name string, at object.TreeEntry) (casefile.Account, casefile.Status, bool) {
	if at.Hash.IsZero() {
		return "", "", false
	}
	got := s.record(file{name, at})
	c, ok := got.rec.(*casefile.Case)
	if !ok {
		return "", "", false
	}
	if len(got.problems) > 0 {
		return c.Account, "", true
	}
	return c.Account, c.Status, true
}
