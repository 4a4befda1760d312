package repo

import (
	"container/heap"
	"errors"
	"fmt"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// CheckSignatures finds the commits since a base that had to be signed and are not, by somebody who may.
// The base is what was good before, and is not judged; "" judges all of history.
//
// Who may sign is what allowed_signers says in the commit before, so that no commit admits itself:
//
//   - of a merge, in each parent that has the base in its history, so that a key once allowed and removed
//     since admits nobody by way of an old branch;
//   - of a commit on a branch that was merged, in its first parent;
//   - where the branch was moved to a line without the base, also in the base;
//   - of the commit with which history begins, in itself; but where there is a base, in that.
//
// A commit has to be signed if casebook.yaml demands it in the commit, in one before it, or in the base.
func (s *Snapshot) CheckSignatures(base string) (casefile.Problems, error) {
	w, err := s.walk(nil, true)
	if err != nil || s.commit.IsZero() {
		return nil, err
	}
	t := &trust{walk: w, reaches: map[plumbing.Hash]bool{}}
	demanded, err := w.demands(s.tree)
	if err != nil || base == "" && !demanded {
		return nil, err
	}
	if base != "" {
		from, err := s.resolve(base)
		if errors.Is(err, ErrNotFound) && !demanded {
			return nil, nil
		}
		if errors.Is(err, ErrNotFound) {
			return casefile.Problems{{File: casefile.SignersFile, Rule: casefile.RuleSignature, Text: "the commit that was good before, " + base + ", is gone: nobody can say who may sign"}}, nil
		}
		if err != nil {
			return nil, err
		}
		if t.base, err = w.node(from); err != nil {
			return nil, err
		}
		if t.demanded, err = w.demands(t.base.tree); err != nil {
			return nil, err
		}
	}
	return t.check(s.commit)
}

// trust is a check of signatures under way.
type trust struct {
	*walk
	base     *node // nil where all of history is judged
	demanded bool  // in the base
	since    map[plumbing.Hash]bool
	reaches  map[plumbing.Hash]bool // whether the base is in a commit's history
	replaced bool                   // the tip does not have the base in its history
}

func (t *trust) check(tip plumbing.Hash) (casefile.Problems, error) {
	all, err := t.commits(tip)
	if err != nil {
		return nil, err
	}
	t.replaced = t.base != nil && len(all) > 0 && !t.reach(tip)
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
	for fresh(queue, old) {
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
	t.since = map[plumbing.Hash]bool{}
	var found []*node
	for _, n := range visited {
		if !old[n.hash] {
			found = append(found, n)
			t.since[n.hash] = true
		}
	}
	return found, nil
}

// fresh reports whether a commit that is not old is still to be visited.
func fresh(queue newestFirst, old map[plumbing.Hash]bool) bool {
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
	if ok || !t.since[h] {
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

// judge says why a commit is not trusted; "" where it is, or need not be.
func (t *trust) judge(n *node) (string, error) {
	demanded, err := t.demands(n.tree)
	demanded = demanded || t.demanded
	for _, p := range n.parents {
		if demanded || err != nil {
			break
		}
		var before *node
		if before, err = t.node(p); err == nil {
			demanded, err = t.demands(before.tree)
		}
	}
	if err != nil || !demanded {
		return "", err
	}
	befores, err := t.befores(n)
	if err != nil {
		return "", err
	}
	for _, before := range befores {
		v, err := t.verdict(n.hash, before)
		if err != nil || v.wrong != "" {
			return v.wrong, err
		}
	}
	return "", nil
}

// befores are the trees whose signers all have to admit a commit's.
func (t *trust) befores(n *node) ([]plumbing.Hash, error) {
	var trees []plumbing.Hash
	for i, h := range n.parents {
		p, err := t.node(h)
		if err != nil {
			return nil, err
		}
		reaches := t.base != nil && t.reach(h)
		may, err := t.signersIn(p.tree)
		switch {
		case err != nil:
			return nil, err
		case i == 0 && !reaches && t.demanded && may == nil:
			trees = append(trees, t.base.tree) // the branch began before there were allowed signers
		case i == 0 || reaches:
			trees = append(trees, p.tree)
		}
	}
	if t.base != nil && len(n.parents) > 1 && !t.reach(n.parents[0]) && len(trees) > 1 {
		trees = trees[1:] // main merged into a branch, of which main became the tip
	}
	switch {
	case t.base != nil && (t.replaced || len(n.parents) == 0):
		trees = append(trees, t.base.tree)
	case len(n.parents) == 0:
		trees = append(trees, n.tree)
	}
	return trees, nil
}

func (t *trust) problem(n *node, why string) casefile.Problem {
	name, subject := n.hash.String()[:10], ""
	if data, err := t.objects.bytes(plumbing.CommitObject, n.hash, maxObject); err == nil {
		_, message, _ := strings.Cut(string(data), "\n\n")
		subject, _, _ = strings.Cut(message, "\n")
		who := committerIn(data)
		name += " by " + who.Name + " <" + who.Email + ">"
	}
	return casefile.Problem{File: casefile.SignersFile, Rule: casefile.RuleSignature,
		Text: fmt.Sprintf("commit %s (%s): %s", name, subject, why),
		Hint: "casebook.yaml demands signatures; somebody whom " + casefile.SignersFile + " allows in the commit before has to make the commit"}
}
