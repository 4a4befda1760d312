package repo

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// scope is the paths that are looked at, as a tree of names. A name with none below it is meant with
// all that is below it; so nil is everything.
type scope map[string]scope

// scopeOf is the scope of some files and folders; of none of them it is everything.
func scopeOf(paths ...string) scope {
	if len(paths) == 0 || slices.Contains(paths, "") {
		return nil
	}
	below := map[string][]string{}
	for _, p := range paths {
		name, rest, _ := strings.Cut(p, "/")
		below[name] = append(below[name], rest)
	}
	all := scope{}
	for name, rest := range below {
		all[name] = scopeOf(rest...)
	}
	return all
}

// paths are the files and folders of the scope; "" for everything.
func (in scope) paths(at string) []string {
	if in == nil {
		return []string{at}
	}
	var all []string
	for name, below := range in {
		all = append(all, below.paths(path.Join(at, name))...)
	}
	return all
}

// touch is a file that two commits do not share; its mode is Empty on the side where it is not.
type touch struct {
	path     string
	from, to object.TreeEntry
}

// comparer finds what is apart in two trees. It descends only where hashes differ, and reads of a folder
// no more than the names asked for: a history compares the same few folders thousands of times.
type comparer struct {
	objects  *reader
	recent   map[plumbing.Hash][]byte
	signers  map[plumbing.Hash]signers // by blob
	required map[plumbing.Hash]bool    // by blob
}

func newComparer(objects *reader) *comparer {
	return &comparer{objects, map[plumbing.Hash][]byte{}, map[plumbing.Hash]signers{}, map[plumbing.Hash]bool{}}
}

// folder is a tree object as it is.
func (c *comparer) folder(h plumbing.Hash) ([]byte, error) {
	if h.IsZero() {
		return nil, nil
	}
	if data, ok := c.recent[h]; ok {
		return data, nil
	}
	data, err := c.objects.bytes(plumbing.TreeObject, h, maxObject)
	if err != nil {
		return nil, err
	}
	if len(c.recent) > 64 {
		clear(c.recent)
	}
	c.recent[h] = data
	return data, nil
}

// apart are the files within a scope that differ between two folders, either of which may be ZeroHash.
func (c *comparer) apart(dir string, from, to plumbing.Hash, in scope) ([]touch, error) {
	if from == to {
		return nil, nil
	}
	a, err := c.folder(from)
	if err != nil {
		return nil, err
	}
	b, err := c.folder(to)
	if err != nil {
		return nil, err
	}
	if in == nil {
		return c.allApart(dir, a, b, nil)
	}
	var found []touch
	for name, below := range in {
		x, err := inFolder(a, name)
		if err != nil {
			return nil, err
		}
		y, err := inFolder(b, name)
		if err != nil {
			return nil, err
		}
		more, err := c.entriesApart(path.Join(dir, name), x, y, below)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// allApart compares folders by all their names, in git's order, and what is below each within a scope.
func (c *comparer) allApart(dir string, a, b []byte, below scope) (found []touch, err error) {
	var x, y object.TreeEntry
	for len(a) > 0 || len(b) > 0 {
		if n := bytes.IndexByte(a, 0) + 21; n <= min(len(a), len(b)) && bytes.Equal(a[:n], b[:n]) {
			a, b = a[n:], b[n:]
			continue
		}
		restA, restB := a, b
		if x, restA, err = nextEntry(a); err != nil {
			return nil, err
		}
		if y, restB, err = nextEntry(b); err != nil {
			return nil, err
		}
		switch order := strings.Compare(sortName(x), sortName(y)); {
		case len(b) == 0 || len(a) > 0 && order < 0:
			y, restB = object.TreeEntry{}, b
		case len(a) == 0 || order > 0:
			x, restA = object.TreeEntry{}, a
		}
		a, b = restA, restB
		more, err := c.entriesApart(path.Join(dir, cmp.Or(x.Name, y.Name)), x, y, below)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

func (c *comparer) entriesApart(at string, x, y object.TreeEntry, in scope) ([]touch, error) {
	if x.Hash == y.Hash && x.Mode == y.Mode {
		return nil, nil
	}
	var from, to plumbing.Hash // the folders below, where there are folders
	one := touch{path: at, from: x, to: y}
	if x.Mode == filemode.Dir {
		from, one.from = x.Hash, object.TreeEntry{}
	}
	if y.Mode == filemode.Dir {
		to, one.to = y.Hash, object.TreeEntry{}
	}
	found, err := c.apart(at, from, to, in)
	if one.from != one.to && in == nil {
		found = append(found, one)
	}
	return found, err
}

// nextEntry is the first entry of a tree object, and the rest.
func nextEntry(data []byte) (object.TreeEntry, []byte, error) {
	if len(data) == 0 {
		return object.TreeEntry{}, nil, nil
	}
	nul := bytes.IndexByte(data, 0)
	if nul < 0 || len(data) < nul+21 {
		return object.TreeEntry{}, nil, errBadTree
	}
	e, err := entryOf(data[:nul], data[nul+1:nul+21])
	return e, data[nul+21:], err
}

func entryOf(head, hash []byte) (object.TreeEntry, error) {
	octal, name, ok := bytes.Cut(head, []byte(" "))
	mode := filemode.FileMode(0)
	for _, digit := range octal {
		mode = mode<<3 | filemode.FileMode(digit-'0')
	}
	if !ok || len(name) == 0 {
		return object.TreeEntry{}, errBadTree
	}
	return object.TreeEntry{Name: string(name), Mode: mode, Hash: plumbing.Hash(hash)}, nil
}

// inFolder is the entry with a name; the zero entry where there is none.
func inFolder(data []byte, name string) (object.TreeEntry, error) {
	for len(data) > 0 {
		nul := bytes.IndexByte(data, 0)
		if nul < 0 || len(data) < nul+21 {
			return object.TreeEntry{}, errBadTree
		}
		if head := data[:nul]; len(head) > len(name) && head[len(head)-len(name)-1] == ' ' && string(head[len(head)-len(name):]) == name && bytes.IndexByte(head, ' ') == len(head)-len(name)-1 {
			return entryOf(head, data[nul+1:nul+21])
		}
		data = data[nul+21:]
	}
	return object.TreeEntry{}, nil
}

// at is the entry at a path below a tree; the zero entry where there is none.
func (c *comparer) at(tree plumbing.Hash, file string) (object.TreeEntry, error) {
	e := object.TreeEntry{Mode: filemode.Dir, Hash: tree}
	for name := range strings.SplitSeq(file, "/") {
		if e.Mode != filemode.Dir {
			return object.TreeEntry{}, nil
		}
		data, err := c.folder(e.Hash)
		if err != nil {
			return e, err
		}
		if e, err = inFolder(data, name); err != nil {
			return e, fmt.Errorf("tree %s: %w", e.Hash, err)
		}
	}
	return e, nil
}
