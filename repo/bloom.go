package repo

import (
	"encoding/binary"
	"math/bits"
	"path"
	"slices"
	"strings"
)

// filter is what a commit changed, as a Bloom filter; nil where there is none.
func (f *graphFile) filter(i int) []byte {
	if f.filterEnds == nil {
		return nil
	}
	begin, end := 0, int(binary.BigEndian.Uint32(f.filterEnds[i*4:]))
	if i > 0 {
		begin = int(binary.BigEndian.Uint32(f.filterEnds[i*4-4:]))
	}
	if begin > end || end > len(f.filters) {
		return nil
	}
	return f.filters[begin:end]
}

// bloomKey is the two hashes of a path from which a filter's bits are made.
type bloomKey struct{ one, two uint32 }

// bloomKeys are for each path the keys of it and of all folders above it; none where a path is not plain ASCII.
func bloomKeys(paths []string) [][]bloomKey {
	var all [][]bloomKey
	for _, p := range paths {
		if p == "" || strings.ContainsFunc(p, func(r rune) bool { return r > 127 }) {
			return nil
		}
		var keys []bloomKey
		for ; p != "."; p = path.Dir(p) {
			keys = append(keys, bloomKey{murmur3(0x293ae76f, p), murmur3(0x7e646e2c, p)})
		}
		all = append(all, keys)
	}
	return all
}

// leftAlone reports whether a filter is sure that a commit changed none of the paths. Where it changed one, it
// has the folders above it, too.
func (n *node) leftAlone(paths [][]bloomKey) bool {
	if len(paths) == 0 || len(n.filter) == 0 {
		return false
	}
	for _, keys := range paths {
		if !slices.ContainsFunc(keys, n.surelyNot) {
			return false
		}
	}
	return true
}

// surelyNot reports whether the filter does not have a key.
func (n *node) surelyNot(k bloomKey) bool {
	size := uint32(len(n.filter)) * 8
	for i := range n.probes {
		bit := (k.one + i*k.two) % size
		if n.filter[bit/8]&(1<<(bit%8)) == 0 {
			return true
		}
	}
	return false
}

// murmur3 is the 32-bit hash that git's filters are made with.
func murmur3(seed uint32, text string) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*c1, 15) * c2 }
	h, data := seed, []byte(text)
	for ; len(data) >= 4; data = data[4:] {
		h = bits.RotateLeft32(h^mix(binary.LittleEndian.Uint32(data)), 13)*5 + 0xe6546b64
	}
	tail := uint32(0)
	for i := len(data) - 1; i >= 0; i-- {
		tail = tail<<8 | uint32(data[i])
	}
	h ^= mix(tail)
	h ^= uint32(len(text))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
