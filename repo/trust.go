package repo

import (
	"container/heap"
	"errors"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// CheckSignatures finds the commits since a base that had to be signed and are not, by somebody who may.
// The base is what was good before, and is not judged; "" judges all of history.
//
// Who may sign is what allowed_signers says in the commit before, so that no commit admits itself:
//
//   - of a merge, in each parent that has the base in its history, so that a key once allowed and removed
//     since admits nobody by way of an old branch; without a base, in each that demands signatures and
//     decided who may sign since the branches parted;
//   - of a commit on a branch that was merged, in its first parent;
//   - where the branch was moved to a line without the base, also in the base;
//   - of the commit with which history begins, in itself; but where there is a base, in that.
//
// A commit has to be signed if casebook.yaml demands it in the commit, in one before it, or in the base.
// Where nothing is demanded any more and there is no base, only the commits are judged that decided who
// has to sign: among them are those that took the demand away.
func (s *Snapshot) CheckSignatures(base string) (casefile.Problems, error) {
	t, demanded, err := s.trust()
	switch {
	case err != nil || s.commit.IsZero():
		return nil, err
	case base == "":
		t.deciding = !demanded
		return t.check(s.commit)
	}
	from, err := s.resolve(base)
	if errors.Is(err, ErrNotFound) {
		if !demanded && !s.repo.state.Demanding(base) {
			return nil, nil
		}
		return casefile.Problems{goneBase(base)}, nil
	}
	if err == nil {
		err = t.since(from)
	}
	if err != nil {
		return nil, err
	}
	return t.check(s.commit)
}

func goneBase(base string) casefile.Problem {
	return casefile.Problem{File: casefile.SignersFile, Rule: casefile.RuleSignature,
		Text: "the commit that was good before, " + base + ", is gone: nobody can say who may sign",
		Hint: "git fetch may bring it back; if it is right that it is gone, stop the server, take the commit's line out of the file published in its state folder, and start it"}
}

// checkProposed judges a proposal's commits as they will be judged once the base has merged them.
func (s *Snapshot) checkProposed(base *Snapshot) (casefile.Problems, error) {
	t, _, err := s.trust()
	if err != nil || s.commit.IsZero() {
		return nil, err
	}
	if base.commit.IsZero() {
		return t.check(s.commit)
	}
	t.proposed = true
	if err := t.since(base.commit); err != nil {
		return nil, err
	}
	return t.check(s.commit)
}

// trust is a check of signatures under way.
type trust struct {
	*walk
	of       *Snapshot
	base     *node // nil where all of history is judged
	demanded bool  // in the base
	deciding bool  // only what decides who has to sign is judged
	proposed bool  // the base has yet to merge the tip
	fresh    map[plumbing.Hash]bool
	reaches  map[plumbing.Hash]bool // whether the base is in a commit's history
	replaced bool                   // the tip does not have the base in its history
}

// trust is a check of all of history, and whether the tip demands signatures.
func (s *Snapshot) trust() (*trust, bool, error) {
	w, err := s.walk(nil, true)
	if err != nil {
		return nil, false, err
	}
	demanded, err := w.demands(s.tree)
	return &trust{walk: w, of: s, reaches: map[plumbing.Hash]bool{}}, demanded, err
}

// since takes a commit for the base.
func (t *trust) since(base plumbing.Hash) (err error) {
	if t.base, err = t.node(base); err == nil {
		t.demanded, err = t.demands(t.base.tree)
	}
	return err
}

func (t *trust) check(tip plumbing.Hash) (casefile.Problems, error) {
	all, err := t.commits(tip)
	if err != nil {
		return nil, err
	}
	t.replaced = t.base != nil && !t.proposed && len(all) > 0 && !t.reach(tip)
	var problems casefile.Problems
	for i := len(all) - 1; i >= 0; i-- {
		why, err := t.judge(all[i])
		if err != nil {
			return nil, err
		}
		if why != "" {
			problems = append(problems, t.problem(all[i], why))
		}
	}
	return problems, nil
}

// commits are the commits in the history of the tip and not of the base, newest first.
func (t *trust) commits(tip plumbing.Hash) ([]*node, error) {
	old := map[plumbing.Hash]bool{}
	var queue newestFirst
	queued := map[plumbing.Hash]bool{}
	push := func(h plumbing.Hash) error {
		n, err := t.node(h)
		if err == nil && !queued[h] {
			queued[h] = true
			heap.Push(&queue, n)
		}
		return err
	}
	if t.base != nil {
		old[t.base.hash] = true
		if err := push(t.base.hash); err != nil {
			return nil, err
		}
	}
	if err := push(tip); err != nil {
		return nil, err
	}
	var visited []*node
	for anyFresh(queue, old) {
		n := heap.Pop(&queue).(*node)
		visited = append(visited, n)
		for _, p := range n.parents {
			if old[n.hash] {
				t.age(p, old)
			}
			if err := push(p); err != nil {
				return nil, err
			}
		}
	}
	t.fresh = map[plumbing.Hash]bool{}
	var found []*node
	for _, n := range visited {
		if !old[n.hash] {
			found = append(found, n)
			t.fresh[n.hash] = true
		}
	}
	return found, nil
}

// anyFresh reports whether a commit that is not old is still to be visited.
func anyFresh(queue newestFirst, old map[plumbing.Hash]bool) bool {
	for _, n := range queue {
		if !old[n.hash] {
			return true
		}
	}
	return false
}

// age makes a commit old, and with it all of its history that was visited too early, for clocks go wrong.
func (t *trust) age(h plumbing.Hash, old map[plumbing.Hash]bool) {
	for todo := []plumbing.Hash{h}; len(todo) > 0; {
		h, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if old[h] {
			continue
		}
		old[h] = true
		if n := t.known[h]; n != nil {
			todo = append(todo, n.parents...)
		}
	}
}

// reach reports whether the base is in a commit's history.
func (t *trust) reach(h plumbing.Hash) bool {
	if h == t.base.hash {
		return true
	}
	known, ok := t.reaches[h]
	if ok || !t.fresh[h] {
		return known
	}
	for _, p := range t.known[h].parents {
		if t.reach(p) {
			t.reaches[h] = true
			return true
		}
	}
	t.reaches[h] = false
	return false
}
