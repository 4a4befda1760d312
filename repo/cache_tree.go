package repo

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// cacheTree is one folder of the index's TREE extension, in which git remembers the tree that a folder
// of the index would make. A valid folder's folders are all there and valid too.
type cacheTree struct {
	name     string
	count    int // entries of the index below the folder; -1 is invalid
	hash     plumbing.Hash
	folders  int          // how many folders the encoded ones are
	encoded  []byte       // the folders as they were read, until someone looks into them
	children []*cacheTree // in git's order: shorter names first
}

func newCacheTree(name string) *cacheTree { return &cacheTree{name: name, count: -1} }

// parseCacheTree reads the extension; a damaged one is only a cache, and forgotten.
func parseCacheTree(b []byte) *cacheTree {
	root, rest, ok := cutCacheTree(b)
	if !ok || len(rest) > 0 || root.name != "" {
		return newCacheTree("")
	}
	return root
}

// cutCacheTree takes one folder, with all that is in it, off the front of b.
func cutCacheTree(b []byte) (t *cacheTree, rest []byte, ok bool) {
	head, rest, ok := cutCacheHead(b)
	if !ok {
		return nil, nil, false
	}
	t = &cacheTree{name: string(head.name), count: head.count, folders: head.folders}
	copy(t.hash[:], head.hash)
	inside := rest
	for left := head.folders; left > 0; left-- {
		if head, rest, ok = cutCacheHead(rest); !ok {
			return nil, nil, false
		}
		left += head.folders
	}
	t.encoded = inside[:len(inside)-len(rest)]
	return t, rest, true
}

type cacheHead struct {
	name, hash     []byte
	count, folders int
}

// cutCacheHead takes "name\0count folders\n" and, if it is valid, the hash off the front of b.
func cutCacheHead(b []byte) (h cacheHead, rest []byte, ok bool) {
	name, rest, named := bytes.Cut(b, []byte{0})
	line, rest, lined := bytes.Cut(rest, []byte{'\n'})
	count, folders, spaced := bytes.Cut(line, []byte{' '})
	h.name = name
	var errCount, errFolders error
	h.count, errCount = strconv.Atoi(string(count))
	h.folders, errFolders = strconv.Atoi(string(folders))
	if !named || !lined || !spaced || errCount != nil || errFolders != nil || h.folders < 0 || h.folders > len(rest) {
		return h, nil, false
	}
	if h.count < 0 {
		h.count = -1
		return h, rest, true
	}
	if len(rest) < 20 {
		return h, nil, false
	}
	h.hash = rest[:20]
	return h, rest[20:], true
}

// open decodes the folders of t, but not theirs.
func (t *cacheTree) open() {
	if t.folders == 0 {
		return
	}
	for rest := t.encoded; t.folders > 0; t.folders-- {
		child, after, _ := cutCacheTree(rest) // checked when the whole was read
		t.children = append(t.children, child)
		rest = after
	}
	t.encoded = nil
	slices.SortFunc(t.children, func(a, b *cacheTree) int { return byCacheName(a, b.name) })
}

// byCacheName is git's order of folders in the extension.
func byCacheName(t *cacheTree, name string) int {
	return cmp.Or(cmp.Compare(len(t.name), len(name)), strings.Compare(t.name, name))
}

// child is the folder called name, or nil.
func (t *cacheTree) child(name string) *cacheTree {
	t.open()
	if at, found := slices.BinarySearchFunc(t.children, name, byCacheName); found {
		return t.children[at]
	}
	return nil
}

// seal makes t valid: it stands for that tree, with these folders.
func (t *cacheTree) seal(hash plumbing.Hash, count int, folders []*cacheTree) {
	t.hash, t.count = hash, count
	t.encoded, t.folders = nil, 0
	t.children = folders
	slices.SortFunc(t.children, func(a, b *cacheTree) int { return byCacheName(a, b.name) })
}

// reseal follows a change of the index. grown says by how many entries each touched folder grew, and trees
// what it now is; a touched folder without a tree becomes invalid, and so do those above it.
func (t *cacheTree) reseal(folder string, grown map[string]int, trees map[string]plumbing.Hash) {
	t.open()
	valid := t.count >= 0
	for inside := range grown {
		name, isChild := childName(folder, inside)
		if !isChild {
			continue
		}
		child := t.child(name)
		if child == nil {
			child = newCacheTree(name)
			if t.count >= 0 {
				child.count = 0 // all folders of a valid one are known: this one is new
			}
			t.children = append(t.children, child)
			slices.SortFunc(t.children, func(a, b *cacheTree) int { return byCacheName(a, b.name) })
		}
		child.reseal(inside, grown, trees)
		if child.count == 0 {
			t.children = slices.DeleteFunc(t.children, func(c *cacheTree) bool { return c == child })
		}
		valid = valid && child.count >= 0
	}
	tree, known := trees[folder]
	gone := t.count+grown[folder] == 0 && folder != ""
	if valid && (known || gone) {
		t.hash, t.count = tree, t.count+grown[folder]
	} else {
		t.count = -1
	}
}

// childName is the last word of inside if that is a folder directly in folder.
func childName(folder, inside string) (string, bool) {
	if inside == "" {
		return "", false
	}
	at := strings.LastIndexByte(inside, '/')
	return inside[at+1:], inside[:max(at, 0)] == folder
}

// appendTo encodes t and what is in it.
func (t *cacheTree) appendTo(b []byte) []byte {
	b = append(append(b, t.name...), 0)
	b = strconv.AppendInt(b, int64(t.count), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(t.folders+len(t.children)), 10)
	b = append(b, '\n')
	if t.count >= 0 {
		b = append(b, t.hash[:]...)
	}
	b = append(b, t.encoded...)
	for _, child := range t.children {
		b = child.appendTo(b)
	}
	return b
}
