package repo

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// graph is git's commit-graph, where git wrote one: the parents, tree and time of commits, and with
// --changed-paths for each a Bloom filter of what it changed beside its first parent. It need not know all
// commits; what it does not know, or looks odd, is read from the commits themselves.
type graph struct {
	files []*graphFile
	nodes []node          // room for those to come: there are thousands
	heads []plumbing.Hash // the same for their parents
}

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

	roomAtOnce = 256
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
	if len(data) < 8+sha1.Size || !bytes.Equal(data[:6], []byte("CGPH\x01\x01")) || !isSummed(data) {
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

// isSummed reports whether a file ends with its SHA-1. One bit that turned in a filter would leave a commit out
// of a history without a word.
func isSummed(data []byte) bool {
	end := len(data) - sha1.Size
	sum := sha1.Sum(data[:end])
	return bytes.Equal(sum[:], data[end:])
}

// again is the same graph, for another goroutine.
func (g *graph) again() *graph { return &graph{files: g.files} }

// count is how many commits the graph knows.
func (g *graph) count() (n int) {
	for _, f := range g.files {
		n += f.count
	}
	return n
}

// node is a commit, if the graph knows it.
func (g *graph) node(h plumbing.Hash) *node {
	for _, f := range g.files {
		if i, ok := f.find(h); ok {
			return g.row(f, i, h)
		}
	}
	return nil
}

// row is the commit of a row; nil where the row is odd.
func (g *graph) row(f *graphFile, i int, h plumbing.Hash) *node {
	row := f.data[i*36 : i*36+36]
	parents, ok := g.parents(f, row)
	if !ok {
		return nil
	}
	if len(g.nodes) == 0 {
		g.nodes = make([]node, roomAtOnce)
	}
	n := &g.nodes[0]
	g.nodes = g.nodes[1:]
	n.hash, n.tree, n.parents, n.filter, n.probes = h, plumbing.Hash(row[:20]), parents, f.filter(i), f.probes
	n.when = int64(binary.BigEndian.Uint32(row[28:])&3)<<32 | int64(binary.BigEndian.Uint32(row[32:]))
	return n
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

// parents are the commits that a row names: two at most, or the first and a list of the others.
func (g *graph) parents(f *graphFile, row []byte) ([]plumbing.Hash, bool) {
	first, second := binary.BigEndian.Uint32(row[20:]), binary.BigEndian.Uint32(row[24:])
	if len(g.heads) > roomAtOnce-2 || g.heads == nil {
		g.heads = make([]plumbing.Hash, 0, roomAtOnce)
	}
	from := len(g.heads)
	ok := first == noParent || g.name(int(first))
	switch {
	case second == noParent:
	case second&moreEdges == 0:
		ok = ok && g.name(int(second))
	default:
		for at := int(second&^moreEdges) * 4; ok; at += 4 {
			if at+4 > len(f.edges) {
				return nil, false
			}
			edge := binary.BigEndian.Uint32(f.edges[at:])
			ok = g.name(int(edge &^ lastEdge))
			if edge&lastEdge != 0 {
				break
			}
		}
	}
	return g.heads[from:len(g.heads):len(g.heads)], ok
}

// name adds the commit with a number in the whole chain to the heads.
func (g *graph) name(n int) bool {
	for _, f := range g.files {
		if n >= f.before && n < f.before+f.count {
			at := (n - f.before) * 20
			g.heads = append(g.heads, plumbing.Hash(f.names[at:at+20]))
			return true
		}
	}
	return false
}
