package repo

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
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
}

const (
	packIndexMagic  = "\xfftOc\x00\x00\x00\x02"
	packIndexHashes = 8 + 256*4 // where the hashes begin
	packIndexEnd    = 2 * 20    // checksums
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
	return p, p.checkSize()
}

// checkSize refuses an index that is too small for as many objects as it says, lest room be made for them.
func (p *pack) checkSize() error {
	info, err := p.index.Stat()
	if err == nil && info.Size() < packIndexHashes+28*int64(p.fanout[256])+packIndexEnd {
		err = errNotHere
	}
	return err
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
	i, ok := findHash(in.hashes, h)
	if !ok {
		return 0, errNotHere
	}
	return p.offset(binary.BigEndian.Uint32(in.offsets[4*i:]))
}

// offset is where an object begins. One with the highest bit set counts the eight-byte offsets that follow
// the short ones.
func (p *pack) offset(at uint32) (int64, error) {
	if at&(1<<31) == 0 {
		return int64(at), nil
	}
	var b [8]byte
	_, err := p.index.ReadAt(b[:], packIndexHashes+28*int64(p.fanout[256])+8*int64(at&^(1<<31)))
	far := int64(binary.BigEndian.Uint64(b[:]))
	if err == nil && far < 0 {
		err = errNotHere
	}
	return far, err
}
