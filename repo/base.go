package repo

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// mergeBase is the commit at which two lines of history parted: one that both have, and that no other
// such commit comes after. It looks at newer commits first and stops when only common history is left.
func (s *Snapshot) mergeBase(one, two plumbing.Hash) (plumbing.Hash, error) {
	w := parting{Snapshot: s, marks: map[plumbing.Hash]side{}}
	if err := errors.Join(w.mark(one, ours), w.mark(two, theirs)); err != nil {
		return plumbing.ZeroHash, err
	}
	for w.undecided() {
		c := w.queue[0]
		w.queue = w.queue[1:]
		pass := w.marks[c.Hash]
		if pass&both == both && pass&stale == 0 {
			w.found = append(w.found, c.Hash)
			pass |= stale
		}
		if s.repo.cutOff(c.Hash) {
			continue
		}
		for _, p := range c.ParentHashes {
			if err := w.mark(p, pass); err != nil {
				return plumbing.ZeroHash, err
			}
		}
	}
	for _, h := range w.found {
		if w.marks[h]&stale == 0 {
			return h, nil
		}
	}
	return plumbing.ZeroHash, fmt.Errorf("history that %s and %s have in common: %w", one, two, ErrNotFound)
}

// side says from where a commit was reached; stale is one behind a common one.
type side uint8

const (
	ours side = 1 << iota
	theirs
	stale
	both = ours | theirs
)

type parting struct {
	*Snapshot
	marks map[plumbing.Hash]side
	queue []*object.Commit // newest first
	found []plumbing.Hash
}

// mark notes from where a commit was reached, and queues it if that is news.
func (w *parting) mark(h plumbing.Hash, from side) error {
	if w.marks[h]|from == w.marks[h] {
		return nil
	}
	w.marks[h] |= from
	c, err := w.objects.commit(h)
	if err != nil {
		return err
	}
	at, _ := slices.BinarySearchFunc(w.queue, c, func(a, b *object.Commit) int { return b.Committer.When.Compare(a.Committer.When) })
	w.queue = slices.Insert(w.queue, at, c)
	return nil
}

// undecided reports whether there is anything in the queue that is not behind a common commit.
func (w *parting) undecided() bool {
	return slices.ContainsFunc(w.queue, func(c *object.Commit) bool { return w.marks[c.Hash]&stale == 0 })
}

// changedFile is one path at which two trees differ; on the side that has no file there, the hash is zero.
type changedFile struct {
	path    string
	was, is object.TreeEntry
}

func (c changedFile) added() bool   { return c.was.Hash.IsZero() }
func (c changedFile) deleted() bool { return c.is.Hash.IsZero() }

// differences are the files in which a folder differs, in order; where hashes are equal it does not look inside.
func (s *Snapshot) differences(dir string, was, is plumbing.Hash) ([]changedFile, error) {
	if was == is {
		return nil, nil
	}
	before, err := s.objects.tree(was)
	if err != nil {
		return nil, err
	}
	now, err := s.objects.tree(is)
	if err != nil {
		return nil, err
	}
	var found []changedFile
	for _, pair := range paired(before, now) {
		here := path.Join(dir, pair.path)
		inside, err := s.differences(here, folderOf(pair.was), folderOf(pair.is))
		if err != nil {
			return nil, err
		}
		if one := (changedFile{here, fileOf(pair.was), fileOf(pair.is)}); one.was != one.is {
			found = append(found, one)
		}
		found = append(found, inside...)
	}
	return found, nil
}

// paired are the names that two folders have, with what each has there.
func paired(before, now []object.TreeEntry) []changedFile {
	var pairs []changedFile
	at := map[string]int{}
	for _, e := range before {
		at[e.Name] = len(pairs)
		pairs = append(pairs, changedFile{path: e.Name, was: e})
	}
	for _, e := range now {
		if i, ok := at[e.Name]; ok {
			pairs[i].is = e
			continue
		}
		pairs = append(pairs, changedFile{path: e.Name, is: e})
	}
	slices.SortStableFunc(pairs, func(a, b changedFile) int {
		return compareEntries(object.TreeEntry{Name: a.path}, object.TreeEntry{Name: b.path})
	})
	return pairs
}

func folderOf(e object.TreeEntry) plumbing.Hash {
	if e.Mode == filemode.Dir {
		return e.Hash
	}
	return plumbing.ZeroHash
}

func fileOf(e object.TreeEntry) object.TreeEntry {
	if e.Mode == filemode.Dir {
		return object.TreeEntry{}
	}
	return e
}
