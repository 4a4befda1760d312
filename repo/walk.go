package repo

import (
	"container/heap"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// walk goes through history from a commit backwards, newest first, and finds the commits that touch a
// scope. Where a merge took all of the scope over from one of its parents, that parent alone is followed:
// what the others did was not taken. Otherwise all are, and of the merge itself only what it took from
// none of them is its own doing. This is what git log does with a path; a whole walk leaves no parent out.
type walk struct {
	*comparer
	in        scope
	whole     bool
	signersOf plumbing.Hash          // the tree whose signers hold; ZeroHash: those before each commit
	keys      [][]bloomKey           // of the scope's paths
	graph     *graph                 // of commits; what decides on trust is read from the commits themselves
	cut       map[plumbing.Hash]bool // where a shallow clone ends
	scout     *scout                 // nil unless it is under way
	known     map[plumbing.Hash]*node
	coming    newestFirst
}

func (s *Snapshot) walk(in scope, whole bool) (*walk, error) {
	cut, err := s.repo.cuts()
	w := &walk{comparer: newComparer(s.objects), in: in, keys: bloomKeys(in.paths("")), graph: &graph{}, whole: whole, cut: cut}
	if err == nil && len(cut) == 0 && !whole {
		w.graph = openGraph(s.repo.common)
	}
	w.known = make(map[plumbing.Hash]*node, min(w.graph.count(), 1<<16))
	if err == nil && !s.commit.IsZero() {
		err = w.push(s.commit)
	}
	return w, err
}

// cuts are the commits at which a shallow clone ends.
func (r *Repo) cuts() (map[plumbing.Hash]bool, error) {
	data, err := os.ReadFile(filepath.Join(r.common, "shallow"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	cut := map[plumbing.Hash]bool{}
	for line := range strings.Lines(string(data)) {
		cut[plumbing.NewHash(strings.TrimSpace(line))] = true
	}
	return cut, err
}

func (w *walk) push(h plumbing.Hash) error {
	n, err := w.node(h)
	if err == nil && !n.coming {
		n.coming = true
		heap.Push(&w.coming, n)
	}
	return err
}

// node is a commit, which is read once.
func (w *walk) node(h plumbing.Hash) (*node, error) {
	if n := w.known[h]; n != nil {
		return n, nil
	}
	n := w.scout.take(h)
	if n == nil {
		n = w.graph.node(h)
	}
	if n == nil {
		var err error
		if n, err = w.read(h); err != nil {
			return nil, err
		}
	}
	w.known[h] = n
	return n, nil
}

// read reads a commit itself; it may be called from beside the walk.
func (w *walk) read(h plumbing.Hash) (*node, error) {
	data, err := w.objects.bytes(plumbing.CommitObject, h, maxObject)
	if err != nil {
		return nil, err
	}
	n, err := parseNode(h, data)
	if err == nil && w.cut[h] {
		n.parents = nil
	}
	return n, err
}

// stop is a commit that touched the scope.
type stop struct {
	*node
	parent  *node   // the first; nil where history begins
	touched []touch // beside the parent; of a merge what it has from none of its parents
}

// each visits the commits that touch the scope and were made at a time or later.
func (w *walk) each(ctx context.Context, since time.Time, visit func(stop) error) error {
	const skew = 24 * time.Hour // clocks go wrong, and a parent may be younger than its child
	if len(w.coming) > 0 {
		w.scout = w.sendScout(w.coming[0])
		defer w.scout.stop()
	}
	for len(w.coming) > 0 && ctx.Err() == nil {
		n := heap.Pop(&w.coming).(*node)
		if n.when < since.Add(-skew).Unix() && !since.IsZero() {
			return nil
		}
		s, follow, err := w.look(n)
		if err != nil {
			return err
		}
		for _, p := range follow {
			if err := w.push(p); err != nil {
				return err
			}
		}
		if (len(s.touched) > 0 || w.whole) && (since.IsZero() || n.when >= since.Unix()) {
			if err := visit(s); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// look compares a commit with its parents, and says which of them to follow.
func (w *walk) look(n *node) (stop, []plumbing.Hash, error) {
	s := stop{node: n}
	if len(n.parents) == 0 {
		touched, err := w.apart("", plumbing.ZeroHash, n.tree, w.in)
		s.touched = touched
		return s, nil, err
	}
	var others []map[string]touch
	for i, h := range n.parents {
		p, err := w.node(h)
		if err != nil {
			return s, nil, err
		}
		touched, err := w.beside(n, i, p)
		if err != nil {
			return s, nil, err
		}
		if i == 0 {
			s.parent, s.touched = p, touched
		}
		if len(touched) == 0 && !w.whole {
			return stop{node: n}, n.parents[i : i+1], nil
		}
		others = append(others, byPath(touched))
	}
	s.touched = ownDoing(s.touched, others[1:])
	return s, n.parents, nil
}

// beside is what a commit touched beside a parent.
func (w *walk) beside(n *node, i int, parent *node) ([]touch, error) {
	if i == 0 && n.ahead != nil {
		touched := *n.ahead
		n.ahead = nil
		return touched, nil
	}
	if i == 0 && n.leftAlone(w.keys) {
		return nil, nil
	}
	return w.apart("", parent.tree, n.tree, w.in)
}

func byPath(touched []touch) map[string]touch {
	by := make(map[string]touch, len(touched))
	for _, t := range touched {
		by[t.path] = t
	}
	return by
}

// ownDoing are the files that differ from all parents.
func ownDoing(first []touch, others []map[string]touch) []touch {
	own := first[:0:0]
	for _, t := range first {
		all := true
		for _, other := range others {
			_, differs := other[t.path]
			all = all && differs
		}
		if all {
			own = append(own, t)
		}
	}
	return own
}

// newestFirst is a heap of commits.
type newestFirst []*node

func (q newestFirst) Len() int           { return len(q) }
func (q newestFirst) Less(i, j int) bool { return q[i].when > q[j].when }
func (q newestFirst) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *newestFirst) Push(n any)        { *q = append(*q, n.(*node)) }
func (q *newestFirst) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
