package repo

import (
	"errors"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// packEntry is the head of an object in a pack.
type packEntry struct {
	kind plumbing.ObjectType
	size int64         // when inflated
	base int64         // of an offset delta: where the object is that it changes
	of   plumbing.Hash // of a reference delta: which object it changes
	body place         // where the deflated rest begins
}

// delta reports whether the body changes another object.
func (e packEntry) delta() bool {
	return e.kind == plumbing.OFSDeltaObject || e.kind == plumbing.REFDeltaObject
}

// unpacker reads one object after the other, for one goroutine. What it reads of a pack it keeps for the next,
// for small objects stand close together, and to ask the system for each takes longer than to inflate it.
type unpacker struct {
	inflater
	window []byte
	begins place
}

const (
	windowSize  = 16 << 10
	longestHead = 10 + 20 // the kind with the size, and the base
	kindAndSize = 9       // bytes a head of ours has at most for them: sizes of 60 bits
)

// read is what stands at a place, until the next read: as much as is asked for, or less at the end of the pack.
func (u *unpacker) read(at place, n int) ([]byte, error) {
	if begin := at.at - u.begins.at; u.begins.pack == at.pack && begin >= 0 && begin+int64(n) <= int64(len(u.window)) {
		return u.window[begin:][:n], nil
	}
	if n > windowSize/2 {
		data := make([]byte, n)
		n, err := at.pack.data.ReadAt(data, at.at)
		return data[:n], notAtEnd(err)
	}
	if u.window == nil {
		u.window = make([]byte, windowSize)
	}
	u.begins = place{at.pack, max(0, at.at-windowSize/4)} // the base of a delta may be a little before it
	got, err := at.pack.data.ReadAt(u.window[:windowSize], u.begins.at)
	u.window = u.window[:got]
	begin := min(got, int(at.at-u.begins.at))
	return u.window[begin:min(got, begin+n)], notAtEnd(err)
}

// notAtEnd is an error unless it is the end of a file.
func notAtEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// head reads the head of the object at a place.
func (u *unpacker) head(at place) (packEntry, error) {
	var e packEntry
	data, err := u.read(at, longestHead)
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
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.OFSDeltaObject:
		back, length := readBack(data[n:])
		if e.base = at.at - back; back <= 0 || e.base <= 0 {
			return e, errNotHere
		}
		n += length
	case plumbing.REFDeltaObject:
		n += copy(e.of[:], data[n:])
	default:
		return e, errNotHere
	}
	e.body = place{at.pack, at.at + int64(n)}
	return e, nil
}

// readBack reads how far back the base of an offset delta is, 0 where that is not to be read, and how long the
// number is.
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

// unpack fills data, which has the size that the head says, with the body.
func (u *unpacker) unpack(e packEntry, data []byte) error {
	body, err := u.read(e.body, deflated(len(data)))
	if err != nil {
		return err
	}
	return u.inflate(data, body)
}

// deflated is the most that a body of a size takes, as any sane packer deflates it.
func deflated(size int) int { return size + size>>8 + 64 }
