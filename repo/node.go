package repo

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
)

// node is a commit on the way: only what a walk needs of it.
type node struct {
	hash, tree plumbing.Hash
	parents    []plumbing.Hash
	when       int64    // the committer's time, in seconds
	coming     bool     // in the queue, or was
	filter     []byte   // of what it changed; nil where git wrote none
	probes     uint32   // of the filter
	ahead      *[]touch // what it touched beside its first parent, where a scout has compared them
}

// parseNode reads the head of a commit object and leaves the rest.
func parseNode(h plumbing.Hash, data []byte) (*node, error) {
	n := &node{hash: h}
	for {
		line, rest, ok := bytes.Cut(data, []byte("\n"))
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			n.tree = hashIn(value)
		case "parent":
			n.parents = append(n.parents, hashIn(value))
		case "committer":
			stamp, _, _ := bytes.Cut(bytes.TrimSpace(value[bytes.LastIndexByte(value, '>')+1:]), []byte(" "))
			n.when, _ = strconv.ParseInt(string(stamp), 10, 64) // git, too, takes what it cannot read for 0
			return n, nil
		}
		if !ok || len(line) == 0 {
			return nil, fmt.Errorf("commit %s: has no committer", h)
		}
		data = rest
	}
}

// hashIn reads a hash; ZeroHash where it is none.
func hashIn(text []byte) (h plumbing.Hash) {
	if len(text) != 2*len(h) {
		return h
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return plumbing.ZeroHash
	}
	return h
}
