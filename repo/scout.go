package repo

import (
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// scout goes ahead of a walk on the other cores, from one first parent to the next, for that is the way that
// most walks go: it reads the commits, and compares each with the one before it. What it did in vain cost
// little, for it never is far ahead.
type scout struct {
	next  plumbing.Hash // what it has for the walk next
	ready []*node
	more  chan []*node
	quit  chan struct{}
	all   sync.WaitGroup
}

const (
	scoutLot  = 64 // commits that are handed over together: to wake somebody for each would cost more than to read it
	scoutLots = 4  // that wait for the walk
)

// sendScout sends a scout to the commit before a commit; nil where there is none, or where filters leave it
// next to nothing to do.
func (w *walk) sendScout(n *node) *scout {
	if len(n.parents) == 0 || len(n.filter) > 0 && len(w.keys) > 0 {
		return nil
	}
	s := &scout{next: n.parents[0], more: make(chan []*node, scoutLots), quit: make(chan struct{})}
	read := make(chan []*node, scoutLots)
	s.all.Go(func() { s.read(w.source(), read) })
	s.all.Go(func() { s.compare(newComparer(w.objects), w, read) })
	return s
}

// source reads commits as the walk does, and beside it; nil where one cannot be read, which the walk will say
// when it comes there.
func (w *walk) source() func(plumbing.Hash) *node {
	known := w.graph.again()
	return func(h plumbing.Hash) *node {
		if n := known.node(h); n != nil {
			return n
		}
		n, _ := w.read(h)
		return n
	}
}

// read reads one commit after the other.
func (s *scout) read(source func(plumbing.Hash) *node, to chan<- []*node) {
	defer close(to)
	for n := source(s.next); n != nil; {
		var lot []*node
		for n != nil && len(lot) < scoutLot {
			lot = append(lot, n)
			if len(n.parents) > 0 {
				n = source(n.parents[0])
			} else {
				n = nil
			}
		}
		if !s.send(to, lot) {
			return
		}
	}
}

// compare compares each commit with the one that comes after it, which is its parent.
func (s *scout) compare(c *comparer, w *walk, from <-chan []*node) {
	defer close(s.more)
	var child *node
	for lot := range from {
		var done []*node
		for _, n := range lot {
			if child != nil {
				child.ahead = w.foresee(c, child, n)
				done = append(done, child)
			}
			child = n
		}
		if !s.send(s.more, done) {
			return
		}
	}
	if child != nil {
		s.send(s.more, []*node{child})
	}
}

// foresee is what a commit touched beside its first parent; nil where that is for the walk to say.
func (w *walk) foresee(c *comparer, n, parent *node) *[]touch {
	if n.leftAlone(w.keys) {
		return &[]touch{}
	}
	touched, err := c.apart("", parent.tree, n.tree, w.in)
	if err != nil {
		return nil
	}
	return &touched
}

func (s *scout) send(to chan<- []*node, lot []*node) bool {
	select {
	case to <- lot:
		return true
	case <-s.quit:
		return false
	}
}

// take is a commit if it is the one that was read next, and nil otherwise.
func (s *scout) take(h plumbing.Hash) *node {
	if s == nil || h != s.next {
		return nil
	}
	for more := true; more && len(s.ready) == 0; {
		s.ready, more = <-s.more
	}
	s.next = plumbing.ZeroHash
	if len(s.ready) == 0 {
		return nil
	}
	n := s.ready[0]
	s.ready = s.ready[1:]
	if len(n.parents) > 0 {
		s.next = n.parents[0]
	}
	return n
}

// stop calls it back.
func (s *scout) stop() {
	if s != nil {
		close(s.quit)
		s.all.Wait()
	}
}
