package repo

import (
	"cmp"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// A sweep reads many objects in the order in which they stand in their packs: what is needed next has mostly
// just been read, and an object is a delta of one that was there a moment ago. One by one they take several
// times as long.

// fewSwept are read quicker one by one.
const fewSwept = 64

// sweepPart is how many objects in a row one worker reads. At the start of each part the bases of its first
// objects are read anew.
const sweepPart = 2048

// sweep reads objects of a kind on all cores. Each worker asks once for what takes the objects: their index
// in the list, and their bytes, in memory that is used again for the next.
func (r *reader) sweep(kind plumbing.ObjectType, hashes []plumbing.Hash, worker func() func(i int, data []byte, err error)) {
	limit := int64(maxObject)
	if kind == plumbing.BlobObject {
		limit = maxRecord + 1
	}
	if len(hashes) < fewSwept {
		take := worker()
		for i, h := range hashes {
			data, err := r.bytes(kind, h, limit)
			take(i, data, err)
		}
		return
	}
	packs := r.opened()
	found := packs.locate(hashes)
	spread(len(found), sweepPart, func() func(int) {
		take, s := worker(), &sweeper{packed: packs}
		return func(n int) {
			one := found[n]
			data, err := s.bytes(kind, one.at)
			if err != nil {
				data, err = r.bytes(kind, hashes[one.index], limit)
			}
			take(one.index, data, err)
		}
	})
}

// wanted is an object of a list, and where it is.
type wanted struct {
	at    place
	index int
}

// locate finds objects, and puts them in the order of the packs. What is in none has no pack, and is asked
// for in the ordinary way, which tells what is wrong.
func (p *packed) locate(hashes []plumbing.Hash) []wanted {
	number := map[*pack]int{}
	for i, one := range p.packs {
		number[one] = i + 1
	}
	found := make([]wanted, len(hashes))
	for i, h := range hashes {
		at, err := p.find(h)
		if err != nil {
			at = place{}
		}
		found[i] = wanted{at, i}
	}
	slices.SortFunc(found, func(a, b wanted) int {
		if a.at.pack != b.at.pack {
			return cmp.Compare(number[a.at.pack], number[b.at.pack])
		}
		return cmp.Compare(a.at.at, b.at.at)
	})
	return found
}

const (
	sweptLargest = 16 << 10 // bytes; what is larger is read in the ordinary way
	sweptKept    = 1024     // how many objects a worker keeps, for the deltas of them
)

// sweeper reads for one worker of a sweep. It has its memory once and for all.
type sweeper struct {
	packed *packed
	in     unpacker
	kept   [sweptKept]sweptObject
	chain  []sweptObject // deltas, each of the next one
	made   []byte
}

// sweptObject is an object, or a delta, in memory that is used again.
type sweptObject struct {
	at place
	packedObject
}

func (s *sweeper) bytes(kind plumbing.ObjectType, at place) ([]byte, error) {
	if at.pack == nil {
		return nil, errNotHere
	}
	o, depth, err := s.begin(at)
	for ; depth > 0 && err == nil; depth-- {
		o, err = s.apply(&s.chain[depth-1], o)
	}
	if err != nil {
		return nil, err
	}
	if o.kind != kind {
		return nil, errNotHere
	}
	return o.data, nil
}

// begin goes from delta to delta to an object that is there whole, and tells how many deltas that were.
func (s *sweeper) begin(at place) (o *sweptObject, depth int, err error) {
	for ; depth < longestChain; depth++ {
		if o := s.place(at); o.at == at {
			return o, depth, nil
		}
		if depth == len(s.chain) {
			s.chain = append(s.chain, sweptObject{})
		}
		link := &s.chain[depth]
		e, err := s.read(at, link)
		if err != nil {
			return nil, depth, err
		}
		if !e.delta() {
			return s.keep(link), depth, nil
		}
		if at, err = s.packed.base(at, e); err != nil {
			return nil, depth, err
		}
	}
	return nil, depth, errNotHere
}

// read reads an object or a delta.
func (s *sweeper) read(at place, into *sweptObject) (packEntry, error) {
	e, err := s.in.head(at)
	if err == nil && e.size > sweptLargest {
		err = errNotHere
	}
	if err != nil {
		return e, err
	}
	into.at, into.kind, into.data = at, e.kind, slices.Grow(into.data[:0], int(e.size))[:e.size]
	return e, s.in.unpack(e, into.data)
}

// apply makes of a delta the object that it stands for.
func (s *sweeper) apply(delta, base *sweptObject) (*sweptObject, error) {
	made, err := applyDelta(s.made, base.data, delta.data)
	if err != nil || len(made) > sweptLargest {
		return nil, errNotHere
	}
	s.made, delta.data, delta.kind = delta.data, made, base.kind
	return s.keep(delta), nil
}

// place is where an object is kept, if it is.
func (s *sweeper) place(at place) *sweptObject {
	return &s.kept[uint64(at.at)*0x9e3779b97f4a7c15>>32%sweptKept]
}

// keep keeps an object, and gives the memory of the one that was in its place.
func (s *sweeper) keep(o *sweptObject) *sweptObject {
	in := s.place(o.at)
	*in, *o = *o, *in
	return in
}
