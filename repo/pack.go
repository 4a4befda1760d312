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
	buckets     [256]atomic.Pointer[bucket] // those looked into
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

// bucket is the part of an index whose hashes begin with one byte.
type bucket struct{ hashes, offsets []byte }

// bucket is read when something is first looked for in it. Behind all hashes are four bytes of checksum for
// each, and then four bytes of offset.
func (p *pack) bucket(b byte) (*bucket, error) {
	if known := p.buckets[b].Load(); known != nil {
		return known, nil
	}
	first, last, count := int64(p.fanout[b]), int64(p.fanout[int(b)+1]), int64(p.fanout[256])
	read := &bucket{make([]byte, 20*(last-first)), make([]byte, 4*(last-first))}
	if _, err := p.index.ReadAt(read.hashes, packIndexHashes+20*first); err != nil {
		return nil, err
	}
	if _, err := p.index.ReadAt(read.offsets, packIndexHashes+24*count+4*first); err != nil {
		return nil, err
	}
	p.buckets[b].Store(read)
	return read, nil
}

// find is the offset of an object.
func (p *pack) find(h plumbing.Hash) (int64, error) {
	in, err := p.bucket(h[0])
	if err != nil {
		return 0, err
	}
	low, high := 0, len(in.offsets)/4
	for low < high {
		middle := (low + high) / 2
		switch bytes.Compare(in.hashes[20*middle:20*middle+20], h[:]) {
		case 0:
			return p.offset(binary.BigEndian.Uint32(in.offsets[4*middle:]))
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return 0, errNotHere
}

// offset is where an object begins. One with the highest bit set counts the eight-byte offsets that follow
// the short ones.
func (p *pack) offset(at uint32) (int64, error) {
	if at&(1<<31) == 0 {
		return int64(at), nil
	}
	var b [8]byte
	_, err := p.index.ReadAt(b[:], packIndexHashes+28*int64(p.fanout[256])+8*int64(at&^(1<<31)))
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
