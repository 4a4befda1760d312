package repo

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
)

// Small objects are read from packs by hand: before it gives out one object, go-git makes
// a map of all that its pack holds, which costs a verb in a large casebook more than all
// its other work. What this reader does not know (large blobs, index version 1) it leaves
// to go-git.

// errNotHere says that the object is not here, or not for this reader.
var errNotHere = errors.New("not in a pack that is read by hand")

// pack is one pack file with its index, version 2: sorted hashes under a table of how many
// begin with which byte, and for each the offset of its object.
type pack struct {
	index, data *os.File
	fanout      [257]uint32                 // fanout[b] is how many hashes begin with less than b
	hashes      [256]atomic.Pointer[[]byte] // those that begin with a byte, once one was looked for
	unpackers   sync.Pool                   // of *unpacker
}

// unpacker reads one object after the other; to make what it needs takes longer than to read a small one.
type unpacker struct {
	body *bufio.Reader
	zlib io.ReadCloser // nil until the first object
}

const (
	packIndexMagic  = "\xfftOc\x00\x00\x00\x02"
	packIndexHashes = 8 + 256*4 // where the hashes begin
)

// openPacks opens the packs of a folder of objects that can be read by hand.
func openPacks(objects string) []*pack {
	indexes, _ := filepath.Glob(filepath.Join(objects, "pack", "pack-*.idx"))
	var all []*pack
	for _, name := range indexes {
		if p, err := openPack(name); err == nil {
			all = append(all, p)
		}
	}
	return all
}

func openPack(index string) (_ *pack, err error) {
	p := &pack{}
	if p.index, err = os.Open(index); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.data, err = os.Open(index[:len(index)-len("idx")] + "pack"); err != nil {
		return p, err
	}
	head := make([]byte, packIndexHashes)
	if _, err = p.index.ReadAt(head, 0); err != nil {
		return p, err
	}
	if string(head[:8]) != packIndexMagic {
		return p, errNotHere
	}
	for b := range 256 {
		p.fanout[b+1] = binary.BigEndian.Uint32(head[8+4*b:])
		if p.fanout[b+1] < p.fanout[b] {
			return p, errNotHere
		}
	}
	return p, nil
}

func (p *pack) close() error {
	if p.data == nil {
		return p.index.Close()
	}
	return errors.Join(p.index.Close(), p.data.Close())
}

// find is the offset of an object.
func (p *pack) find(h plumbing.Hash) (int64, error) {
	first, last := p.fanout[h[0]], p.fanout[int(h[0])+1]
	known := p.hashes[h[0]].Load()
	if known == nil {
		read := make([]byte, 20*(last-first))
		if _, err := p.index.ReadAt(read, packIndexHashes+20*int64(first)); err != nil {
			return 0, err
		}
		known = &read
		p.hashes[h[0]].Store(known)
	}
	hashes := *known
	low, high := 0, int(last-first)
	for low < high {
		middle := (low + high) / 2
		switch bytes.Compare(hashes[20*middle:20*middle+20], h[:]) {
		case 0:
			return p.offset(int64(first) + int64(middle))
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return 0, errNotHere
}

// offset is where the n-th object of the index begins. Behind the hashes are four bytes of
// checksum for each, then four bytes of offset; those with the highest bit set count the
// eight-byte offsets that follow.
func (p *pack) offset(n int64) (int64, error) {
	count := int64(p.fanout[256])
	var b [8]byte
	if _, err := p.index.ReadAt(b[:4], packIndexHashes+24*count+4*n); err != nil {
		return 0, err
	}
	at := binary.BigEndian.Uint32(b[:4])
	if at&(1<<31) == 0 {
		return int64(at), nil
	}
	_, err := p.index.ReadAt(b[:], packIndexHashes+28*count+8*int64(at&^(1<<31)))
	return int64(binary.BigEndian.Uint64(b[:])), err
}

// packEntry is the head of an object in a pack.
type packEntry struct {
	kind      plumbing.ObjectType
	size      int64         // when inflated
	base      int64         // of an offset delta: where the object is that it changes
	of        plumbing.Hash // of a reference delta: which object it changes
	*unpacker               // of the deflated rest
	from      *pack
}

func (p *pack) head(at int64) (e packEntry, err error) {
	e.from = p
	in := io.NewSectionReader(p.data, at, 1<<62)
	if used, ok := p.unpackers.Get().(*unpacker); ok {
		e.unpacker = used
		e.body.Reset(in)
	} else {
		e.unpacker = &unpacker{body: bufio.NewReaderSize(in, 4096)}
	}
	b, err := e.body.ReadByte()
	if err != nil {
		return e, err
	}
	e.kind, e.size = plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = e.body.ReadByte(); err != nil || shift > 56 {
			return e, errors.Join(err, errNotHere)
		}
		e.size |= int64(b&0x7f) << shift
	}
	switch e.kind {
	case plumbing.OFSDeltaObject:
		back, err := readBack(e.body)
		if e.base = at - back; err == nil && (back <= 0 || e.base <= 0) {
			err = errNotHere
		}
		return e, err
	case plumbing.REFDeltaObject:
		_, err = io.ReadFull(e.body, e.of[:])
	}
	return e, err
}

// readBack reads how far back the base of an offset delta is.
func readBack(r io.ByteReader) (back int64, err error) {
	for {
		b, err := r.ReadByte()
		if err != nil || back > 1<<54 {
			return 0, errors.Join(err, errNotHere)
		}
		back |= int64(b & 0x7f)
		if b&0x80 == 0 {
			return back, nil
		}
		back = (back + 1) << 7
	}
}

// inflate is the whole of an object's body.
func (e packEntry) inflate() ([]byte, error) {
	if e.size > largeObject {
		return nil, errNotHere
	}
	defer e.from.unpackers.Put(e.unpacker)
	if err := e.begin(); err != nil {
		return nil, err
	}
	data := make([]byte, e.size)
	if _, err := io.ReadFull(e.zlib, data); err != nil {
		return nil, err
	}
	if n, err := e.zlib.Read(make([]byte, 1)); n != 0 || err != io.EOF { // and its checksum
		return nil, errNotHere
	}
	return data, nil
}

func (u *unpacker) begin() (err error) {
	if u.zlib == nil {
		u.zlib, err = zlib.NewReader(u.body)
		return err
	}
	return u.zlib.(zlib.Resetter).Reset(u.body, nil)
}
