package repo

import (
	"errors"

	"github.com/go-git/go-git/v5/plumbing"
)

// packEntry is the head of an object in a pack.
type packEntry struct {
	kind plumbing.ObjectType
	size int64         // when inflated
	base int64         // of an offset delta: where the object is that it changes
	of   plumbing.Hash // of a reference delta: which object it changes
	body int64         // where the deflated rest begins
	from *pack
}

const (
	longestHead = 10 + 20 // the kind with the size, and the base
	kindAndSize = 9       // bytes a head of ours has at most for them: sizes of 60 bits
)

// head reads the head of the object at an offset.
func (p *pack) head(at int64) (packEntry, error) {
	e := packEntry{from: p}
	data, err := p.data.read(at, longestHead)
	if err != nil || len(data) == 0 {
		return e, errors.Join(err, errNotHere)
	}
	e.kind, e.size = plumbing.ObjectType(data[0]>>4&7), int64(data[0]&15)
	n := 1
	for shift := 4; data[n-1]&0x80 != 0; shift += 7 {
		if n == len(data) || n == kindAndSize {
			return e, errNotHere
		}
		e.size |= int64(data[n]&0x7f) << shift
		n++
	}
	switch e.kind {
	case plumbing.OFSDeltaObject:
		back, length := readBack(data[n:])
		if e.base = at - back; back <= 0 || e.base <= 0 {
			return e, errNotHere
		}
		n += length
	case plumbing.REFDeltaObject:
		n += copy(e.of[:], data[n:])
	}
	e.body = at + int64(n)
	return e, nil
}

// readBack reads how far back the base of an offset delta is, 0 where that is not to be read, and how long the number is.
func readBack(data []byte) (back int64, length int) {
	for i, b := range data {
		if back > 1<<54 {
			break
		}
		back |= int64(b & 0x7f)
		if b&0x80 == 0 {
			return back, i + 1
		}
		back = (back + 1) << 7
	}
	return 0, 0
}

// inflate is the whole of an object's body.
func (e packEntry) inflate() ([]byte, error) {
	if e.size > largeObject {
		return nil, errNotHere
	}
	in, ok := e.from.inflaters.Get().(*inflater)
	if !ok {
		in = &inflater{}
	}
	defer e.from.inflaters.Put(in)
	data := make([]byte, e.size)
	return data, e.inflateInto(data, in)
}

// inflateInto fills data, which has the body's size.
func (e packEntry) inflateInto(data []byte, in *inflater) error {
	body, err := e.from.data.read(e.body, deflated(len(data)))
	if err != nil {
		return err
	}
	return in.inflate(data, body)
}

// delta reports whether the body changes another object.
func (e packEntry) delta() bool {
	return e.kind == plumbing.OFSDeltaObject || e.kind == plumbing.REFDeltaObject
}

// deflated is the most that a body of a size takes, as any sane packer deflates it.
func deflated(size int) int { return size + size>>8 + 64 }
