package repo

import "github.com/go-git/go-git/v5/plumbing"

// scout reads commits before a walk comes to them, beside it: from one first parent to the next, which is
// the way that most walks go. What it read in vain costs little, for it never is far ahead.
type scout struct {
	next  plumbing.Hash // what it has for the walk next
	ready []*node
	more  chan []*node
	quit  chan struct{}
}

const (
	aheadAtOnce = 64 // commits that are handed over together: to wake the walk for each would cost more than to read it
	aheadHeld   = 4  // such lots that wait for the walk
)

// sendScout begins with a commit, and ends where read knows none.
func sendScout(from plumbing.Hash, read func(plumbing.Hash) *node) *scout {
	s := &scout{next: from, more: make(chan []*node, aheadHeld), quit: make(chan struct{})}
	go func() {
		defer close(s.more)
		for n := read(from); n != nil; {
			var lot []*node
			for n != nil && len(lot) < aheadAtOnce {
				lot = append(lot, n)
				if len(n.parents) == 0 {
					n = nil
				} else {
					n = read(n.parents[0])
				}
			}
			select {
			case s.more <- lot:
			case <-s.quit:
				return
			}
		}
	}()
	return s
}

// take is a commit if it is the one that was read next, and nil otherwise.
func (s *scout) take(h plumbing.Hash) *node {
	if s == nil || h != s.next {
		return nil
	}
	if len(s.ready) == 0 {
		s.ready = <-s.more
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

// stop ends it, and waits until it has ended.
func (s *scout) stop() {
	if s == nil {
		return
	}
	close(s.quit)
	for range s.more {
	}
}
