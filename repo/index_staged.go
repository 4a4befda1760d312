package repo

import (
	"bytes"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// staged lists the paths in which the index differs from the tree root (ZeroHash: from nothing): somebody
// else's work, added and not yet committed. Where the index remembers the right tree it looks no further, and what it
// finds equal it remembers; so the whole tree is read once at most.
func (x *index) staged(root plumbing.Hash, tree func(plumbing.Hash) ([]object.TreeEntry, error)) ([]string, error) {
	l := stagedLook{index: x, tree: tree}
	err := l.compare(x.tree, "", span{0, len(x.entries)}, root)
	return l.paths, err
}

type stagedLook struct {
	*index
	tree  func(plumbing.Hash) ([]object.TreeEntry, error)
	paths []string
}

// span is a run of entries: those of one folder.
type span struct{ from, to int }

// compare compares the folder, whose entries are the span, with the tree.
func (l *stagedLook) compare(known *cacheTree, folder string, in span, h plumbing.Hash) error {
	if known.count == in.to-in.from && known.hash == h {
		return nil
	}
	theirs, err := l.read(h)
	if err != nil {
		return err
	}
	var folders []*cacheTree
	whole, before := in, len(l.paths)
	for in.from < in.to || len(theirs) > 0 {
		name, ours, tip := l.next(folder, in, &theirs)
		in.from += ours.to - ours.from
		inside, isFolder := strings.CutSuffix(name, "/")
		if !isFolder {
			l.compareFile(folder+name, ours, tip)
			continue
		}
		child := known.child(inside)
		if child == nil {
			child = newCacheTree(inside)
		}
		if err := l.compare(child, folder+name, ours, tip.Hash); err != nil {
			return err
		}
		if ours.from < ours.to {
			folders = append(folders, child)
		}
	}
	if len(l.paths) == before {
		known.seal(h, whole.to-whole.from, folders)
	}
	return nil
}

func (l *stagedLook) read(h plumbing.Hash) ([]object.TreeEntry, error) {
	if h.IsZero() {
		return nil, nil
	}
	return l.tree(h)
}

// next takes the first name that either side has: a file, or a folder with a slash at its end, which is
// also how git sorts both sides.
func (l *stagedLook) next(folder string, in span, theirs *[]object.TreeEntry) (string, span, object.TreeEntry) {
	ours, tip := "", ""
	if in.from < in.to {
		ours = string(l.entries[in.from].name()[len(folder):])
		if slash := strings.IndexByte(ours, '/'); slash >= 0 {
			ours = ours[:slash+1]
		}
	}
	if len(*theirs) > 0 {
		if tip = (*theirs)[0].Name; (*theirs)[0].Mode == filemode.Dir {
			tip += "/"
		}
	}
	if tip == "" || ours != "" && ours < tip {
		return ours, l.spanOf(folder+ours, in), object.TreeEntry{}
	}
	first := (*theirs)[0]
	*theirs = (*theirs)[1:]
	if ours == tip {
		return tip, l.spanOf(folder+tip, in), first
	}
	return tip, span{in.from, in.from}, first
}

// spanOf is the run of entries at the beginning of in that is the file or the folder called name.
func (l *stagedLook) spanOf(name string, in span) span {
	if !strings.HasSuffix(name, "/") {
		return span{in.from, in.from + 1}
	}
	rest := l.entries[in.from:in.to]
	prefix := []byte(name)
	n := sort.Search(len(rest), func(i int) bool { return !bytes.HasPrefix(rest[i].name(), prefix) })
	return span{in.from, in.from + n}
}

func (l *stagedLook) compareFile(path string, ours span, tip object.TreeEntry) {
	if ours.from < ours.to {
		e := l.entries[ours.from]
		intended := e.extended()&extendedIntentToAdd != 0
		if !intended && e.hash() == tip.Hash && e.mode() == plainMode(tip.Mode) {
			return
		}
	}
	l.paths = append(l.paths, path)
}

// plainMode is the mode the index has for a tree's: git once wrote files with other permissions.
func plainMode(mode filemode.FileMode) filemode.FileMode {
	if mode == filemode.Deprecated {
		return filemode.Regular
	}
	return mode
}
