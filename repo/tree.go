package repo

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// isRegular leaves out what is no plain file: links, executables and submodules.
func isRegular(m filemode.FileMode) bool { return m == filemode.Regular || m == filemode.Deprecated }

var errBadTree = errors.New("malformed tree object")

// parseTree reads a tree object.
func parseTree(data []byte) ([]object.TreeEntry, error) {
	entries := make([]object.TreeEntry, 0, bytes.Count(data, []byte{0})/2+1)
	for text := string(data); text != ""; { // of which the names are parts
		mode, rest, ok := strings.Cut(text, " ")
		name, rest, ok2 := strings.Cut(rest, "\x00")
		m, err := strconv.ParseUint(mode, 8, 32)
		if !ok || !ok2 || err != nil || len(name) == 0 || len(rest) < 20 {
			return nil, errBadTree
		}
		e := object.TreeEntry{Name: name, Mode: filemode.FileMode(m)}
		copy(e.Hash[:], rest)
		entries, text = append(entries, e), rest[20:]
	}
	return entries, nil
}

// encodeTree writes a tree object; the entries must be in git's order.
func encodeTree(entries []object.TreeEntry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&b, "%o %s\x00", uint32(e.Mode), e.Name)
		b.Write(e.Hash[:])
	}
	return b.Bytes()
}

// compareEntries is git's order: bytes, with folders as if their names ended in a slash.
func compareEntries(a, b object.TreeEntry) int { return strings.Compare(sortName(a), sortName(b)) }

func sortName(e object.TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// grafter builds the trees along the path of a file that is put into a tree; all other trees are
// taken over by their hash and not read.
type grafter struct {
	read func(plumbing.Hash) ([]object.TreeEntry, error)
	add  func(plumbing.ObjectType, []byte) plumbing.Hash
}

// graft is the tree with a regular file put in at a path.
func (g grafter) graft(tree plumbing.Hash, file string, blob plumbing.Hash) (plumbing.Hash, error) {
	return g.into(tree, "", strings.Split(file, "/"), blob)
}

func (g grafter) into(tree plumbing.Hash, dir string, parts []string, blob plumbing.Hash) (plumbing.Hash, error) {
	var entries []object.TreeEntry
	if !tree.IsZero() {
		var err error
		if entries, err = g.read(tree); err != nil {
			return tree, err
		}
	}
	name, here := parts[0], path.Join(dir, parts[0])
	at := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == name })
	next := object.TreeEntry{Name: name, Mode: filemode.Regular, Hash: blob}
	if len(parts) > 1 {
		below := plumbing.ZeroHash
		if at >= 0 {
			if entries[at].Mode != filemode.Dir {
				return tree, fmt.Errorf("%s: is a file, and a folder is needed there", here)
			}
			below = entries[at].Hash
		}
		hash, err := g.into(below, here, parts[1:], blob)
		if err != nil {
			return tree, err
		}
		next = object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: hash}
	}
	if at >= 0 && len(parts) == 1 && !isRegular(entries[at].Mode) {
		return tree, fmt.Errorf("%s: is not a plain file and is not replaced by one", here)
	}
	return g.add(plumbing.TreeObject, encodeTree(with(entries, at, next))), nil
}

// with is the folder with its entry at an index replaced, or with a new one where at is -1.
func with(entries []object.TreeEntry, at int, next object.TreeEntry) []object.TreeEntry {
	if at < 0 {
		at, _ = slices.BinarySearchFunc(entries, next, compareEntries)
		return slices.Insert(slices.Clone(entries), at, next)
	}
	changed := slices.Clone(entries)
	changed[at] = next
	return changed
}
