package repo

import (
	"errors"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// packed are all packs, and the folders of loose objects, that can be read by hand, for several goroutines.
type packed struct {
	packs     []*pack
	folders   []string
	unpackers sync.Pool // of *unpacker
	mu        sync.Mutex
	bases     [1 << 10]base // objects that others are deltas of, or may be; which stands where its place says
	held      int           // bytes in bases
}

// base is an object at its place.
type base struct {
	place
	packedObject
}

// place is where an object is.
type place struct {
	pack *pack
	at   int64
}

// packedObject is an object whole.
type packedObject struct {
	kind plumbing.ObjectType
	data []byte
}

const (
	longestChain = 4096    // of deltas; git makes none longer than this
	basesHeld    = 8 << 20 // bytes of bases kept, for the next delta of the same
)

func openPacked(folders []string) *packed {
	p := &packed{folders: folders}
	for _, objects := range folders {
		p.packs = append(p.packs, openPacks(objects)...)
	}
	return p
}

func (p *packed) close() error {
	var errs []error
	for _, one := range p.packs {
		errs = append(errs, one.close())
	}
	return errors.Join(errs...)
}

// bytes is a small object of a kind, whole; errNotHere where it is for go-git to find.
func (p *packed) bytes(kind plumbing.ObjectType, h plumbing.Hash) ([]byte, error) {
	at, err := p.find(h)
	if errors.Is(err, errNotHere) {
		return p.loose(kind, h)
	}
	if err != nil {
		return nil, err
	}
	o, err := p.object(at, 0)
	if err == nil && o.kind != kind {
		err = errNotHere
	}
	return o.data, err
}

func (p *packed) find(h plumbing.Hash) (place, error) {
	for _, one := range p.packs {
		at, err := one.find(h)
		if !errors.Is(err, errNotHere) {
			return place{one, at}, err
		}
	}
	return place{}, errNotHere
}

// object is the object at a place, to which some deltas led. Kept is what others may be deltas of: a tree is
// mostly the base of the one before it.
func (p *packed) object(at place, depth int) (packedObject, error) {
	if o, ok := p.known(at); ok {
		return o, nil
	}
	o, err := p.unpack(at, depth)
	if err == nil && (depth > 0 || o.kind == plumbing.TreeObject) {
		p.keep(at, o)
	}
	return o, err
}

func (p *packed) unpack(at place, depth int) (packedObject, error) {
	e, data, err := p.read(at)
	if err != nil {
		return packedObject{}, err
	}
	if !e.delta() {
		return packedObject{e.kind, data}, nil
	}
	from, err := p.base(at, e)
	if err == nil && depth == longestChain {
		err = errNotHere
	}
	if err != nil {
		return packedObject{}, err
	}
	base, err := p.object(from, depth+1)
	if err != nil {
		return packedObject{}, err
	}
	data, err = applyDelta(nil, base.data, data)
	return packedObject{base.kind, data}, err
}

// read reads an object, or a delta, as it is.
func (p *packed) read(at place) (packEntry, []byte, error) {
	u := p.unpacker()
	defer p.unpackers.Put(u)
	e, err := u.head(at)
	if err == nil && e.size > largeObject {
		err = errNotHere
	}
	if err != nil {
		return e, nil, err
	}
	data := make([]byte, e.size)
	return e, data, u.unpack(e, data)
}

func (p *packed) unpacker() *unpacker {
	if u, ok := p.unpackers.Get().(*unpacker); ok {
		return u
	}
	return &unpacker{}
}

// base is where the object is that a delta changes.
func (p *packed) base(of place, e packEntry) (place, error) {
	if e.kind == plumbing.REFDeltaObject {
		return p.find(e.of)
	}
	return place{of.pack, e.base}, nil
}

func (p *packed) known(at place) (packedObject, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.slot(at)
	return b.packedObject, b.place == at
}

// slot is where an object is kept if it is.
func (p *packed) slot(at place) *base {
	return &p.bases[uint64(at.at)*0x9e3779b97f4a7c15>>54] // Fibonacci hashing, to the 10 bits of an index
}

// keep holds a base for the next delta of it in place of what stood there; when they are too large together,
// it starts anew.
func (p *packed) keep(at place, o packedObject) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held+len(o.data) > basesHeld {
		clear(p.bases[:])
		p.held = 0
	}
	b := p.slot(at)
	p.held += len(o.data) - len(b.data)
	*b = base{at, o}
}
