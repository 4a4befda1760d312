package repo

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// graph is git's commit-graph, where git wrote one: the parents, tree and time of commits, and with
// --changed-paths for each a Bloom filter of what it changed beside its first parent. It need not know all
// commits; what it does not know, or looks odd, is read from the commits themselves.
type graph struct{ files []*graphFile }

// graphFile is one file of a chain, each of which counts on from those before it.
type graphFile struct {
	before, count              int
	fanout, names, data, edges []byte
	filterEnds, filters        []byte // of version 1; nil where there are none
	probes                     uint32
}

const (
	noParent  = 0x70000000
	moreEdges = 1 << 31
	lastEdge  = 1 << 31
)

// openGraph reads the commit-graph; it knows nothing where there is none.
func openGraph(common string) *graph {
	info := filepath.Join(common, "objects", "info")
	names := []string{filepath.Join(info, "commit-graph")}
	if chain, err := os.ReadFile(filepath.Join(info, "commit-graphs", "commit-graph-chain")); err == nil {
		names = nil
		for name := range strings.FieldsSeq(string(chain)) {
			names = append(names, filepath.Join(info, "commit-graphs", "graph-"+name+".graph"))
		}
	}
	g := &graph{}
	before := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		f := parseGraph(data)
		if err != nil || f == nil {
			return &graph{}
		}
		f.before = before
		before += f.count
		g.files = append(g.files, f)
	}
	return g
}

func parseGraph(data []byte) *graphFile {
	if len(data) < 8 || !bytes.Equal(data[:6], []byte("CGPH\x01\x01")) {
		return nil
	}
	chunks := map[string][]byte{}
	for i := range int(data[6]) {
		at := 8 + 12*i
		if at+24 > len(data) {
			return nil
		}
		begin, end := binary.BigEndian.Uint64(data[at+4:]), binary.BigEndian.Uint64(data[at+16:])
		if begin > end || end > uint64(len(data)) {
			return nil
		}
		chunks[string(data[at:at+4])] = data[begin:end]
	}
	f := &graphFile{fanout: chunks["OIDF"], names: chunks["OIDL"], data: chunks["CDAT"], edges: chunks["EDGE"]}
	f.count = len(f.names) / 20
	if len(f.fanout) != 1024 || len(f.data) != f.count*36 || int(binary.BigEndian.Uint32(f.fanout[1020:])) != f.count {
		return nil
	}
	// Version 1 hashes letters beyond ASCII by the machine's idea of a char, so paths with such are not asked for.
	if ends, filters := chunks["BIDX"], chunks["BDAT"]; len(ends) == f.count*4 && len(filters) >= 12 && binary.BigEndian.Uint32(filters) == 1 {
		f.probes = binary.BigEndian.Uint32(filters[4:])
		f.filterEnds, f.filters = ends, filters[12:]
	}
	return f
}

// node is a commit, if the graph knows it.
func (g *graph) node(h plumbing.Hash) *node {
	for _, f := range g.files {
		i, ok := f.find(h)
		if !ok {
			continue
		}
		row := f.data[i*36 : i*36+36]
		parents, ok := g.parents(f, row)
		if !ok {
			return nil
		}
		n := &node{hash: h, tree: plumbing.Hash(row[:20]), parents: parents, filter: f.filter(i), probes: f.probes}
		n.when = int64(binary.BigEndian.Uint32(row[28:])&3)<<32 | int64(binary.BigEndian.Uint32(row[32:]))
		return n
	}
	return nil
}

// knows reports whether the graph has a commit.
func (g *graph) knows(h plumbing.Hash) bool {
	for _, f := range g.files {
		if _, ok := f.find(h); ok {
			return true
		}
	}
	return false
}

func (f *graphFile) find(h plumbing.Hash) (int, bool) {
	low, high := 0, int(binary.BigEndian.Uint32(f.fanout[4*int(h[0]):]))
	if h[0] > 0 {
		low = int(binary.BigEndian.Uint32(f.fanout[4*int(h[0])-4:]))
	}
	if high = min(high, f.count); low > high {
		return 0, false
	}
	i, ok := findHash(f.names[20*low:20*high], h)
	return low + i, ok
}

func (g *graph) parents(f *graphFile, row []byte) (parents []plumbing.Hash, ok bool) {
	first, second := binary.BigEndian.Uint32(row[20:]), binary.BigEndian.Uint32(row[24:])
	numbers := []uint32{first, second}
	if second != noParent && second&moreEdges != 0 {
		numbers = numbers[:1]
		for at := int(second&^moreEdges) * 4; ; at += 4 {
			if at+4 > len(f.edges) {
				return nil, false
			}
			edge := binary.BigEndian.Uint32(f.edges[at:])
			numbers = append(numbers, edge&^lastEdge)
			if edge&lastEdge != 0 {
				break
			}
		}
	}
	for _, n := range numbers {
		if n == noParent {
			continue
		}
		h, ok := g.name(int(n))
		if !ok {
			return nil, false
		}
		parents = append(parents, h)
	}
	return parents, true
}

// name is the commit with a number in the whole chain.
func (g *graph) name(n int) (plumbing.Hash, bool) {
	for _, f := range g.files {
		if n >= f.before && n < f.before+f.count {
			at := (n - f.before) * 20
			return plumbing.Hash(f.names[at : at+20]), true
		}
	}
	return plumbing.ZeroHash, false
}

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

// bloomKeys are the keys of paths; none where a path is not plain ASCII.
func bloomKeys(paths []string) []bloomKey {
	var keys []bloomKey
	for _, p := range paths {
		if p == "" || strings.ContainsFunc(p, func(r rune) bool { return r > 127 }) {
			return nil
		}
		keys = append(keys, bloomKey{murmur3(0x293ae76f, p), murmur3(0x7e646e2c, p)})
	}
	return keys
}

// leftAlone reports whether a filter is sure that a commit changed none of the paths.
func (n *node) leftAlone(keys []bloomKey) bool {
	if len(keys) == 0 || len(n.filter) == 0 {
		return false
	}
	size := uint32(len(n.filter)) * 8
	for _, k := range keys {
		maybe := true
		for i := range n.probes {
			bit := (k.one + i*k.two) % size
			if n.filter[bit/8]&(1<<(bit%8)) == 0 {
				maybe = false
				break
			}
		}
		if maybe {
			return false
		}
	}
	return true
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
