package repo

import (
	"bytes"
	"hash/adler32"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
)

// An object that no gc has packed yet is a file of its own. A casebook that nothing but verbs wrote to has no
// others.

const (
	looseLargest = 64 << 10 // bytes of a file; what is larger is read in the ordinary way
	looseHead    = 32       // more than the head of any object that is read here
)

// loose is a small object of a kind from a file of its own, whole; errNotHere where it is for go-git to find.
func (p *packed) loose(kind plumbing.ObjectType, h plumbing.Hash) ([]byte, error) {
	name := h.String()
	for _, objects := range p.folders {
		if data, err := readLoose(filepath.Join(objects, name[:2], name[2:])); err == nil {
			u := p.unpacker()
			defer p.unpackers.Put(u)
			return u.loose(kind, data)
		}
	}
	return nil, errNotHere
}

// readLoose is a small file.
func readLoose(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, 1<<10)
	for n := 0; ; {
		got, err := f.Read(data[n:])
		switch n += got; {
		case err == io.EOF:
			return data[:n], nil
		case err != nil:
			return nil, err
		case n > looseLargest:
			return nil, errNotHere
		case n == len(data):
			data = append(data, make([]byte, 4*n)...)
		}
	}
}

// loose inflates what a loose object's file holds: a head that says kind and size, and the object.
func (u *inflater) loose(kind plumbing.ObjectType, data []byte) ([]byte, error) {
	var begin [looseHead]byte
	if len(data) < 2 {
		return nil, errNotHere
	}
	u.blocks(begin[:], data[2:]) // as far as there is room
	head, _, whole := bytes.Cut(begin[:], []byte{0})
	word, digits, _ := bytes.Cut(head, []byte(" "))
	size, err := strconv.Atoi(string(digits))
	if !whole || string(word) != kind.String() || err != nil || size < 0 || size > largeObject {
		return nil, errNotHere
	}
	out := make([]byte, len(head)+1+size)
	if u.inflate(out, data) != nil || len(u.in)-u.at != adler32.Size { // git takes nothing behind it
		return nil, errNotHere
	}
	return out[len(head)+1:], nil
}
