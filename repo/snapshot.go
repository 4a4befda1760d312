package repo

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Snapshot is one commit, read. It does not change, and several goroutines may use it.
type Snapshot struct {
	repo    *Repo
	commit  plumbing.Hash // ZeroHash where there is no commit, and so nothing
	tree    plumbing.Hash
	when    time.Time
	objects *reader
	seen    *sync.Map // plumbing.Hash → []object.TreeEntry: the folders on the way to files
}

// Entry is one name in a folder of a snapshot.
type Entry struct {
	Name    string
	Hash    string // git's name of the content; equal content has an equal hash
	Dir     bool
	Regular bool // a plain file: no link, executable or submodule
}

// Snapshot reads the commit that rev names: a branch, a tag, a ref in full, a hash or the start of one,
// or HEAD where rev is "". It may end in ^ or ~N.
func (r *Repo) Snapshot(rev string) (*Snapshot, error) {
	s := r.nothing()
	h, err := s.resolve(rev)
	if err == nil {
		err = s.look(h)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// at is the snapshot of a commit, or of nothing for ZeroHash.
func (r *Repo) at(commit plumbing.Hash) (*Snapshot, error) {
	s := r.nothing()
	if commit.IsZero() {
		return s, nil
	}
	if err := s.look(commit); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (r *Repo) nothing() *Snapshot {
	return &Snapshot{repo: r, objects: &reader{common: r.common}, seen: &sync.Map{}}
}

// withTree is the snapshot with other content in place of the commit's.
func (s *Snapshot) withTree(root plumbing.Hash) *Snapshot {
	other := *s
	other.tree = root
	return &other
}

func (s *Snapshot) look(commit plumbing.Hash) error {
	c, err := s.objects.commit(commit)
	if err != nil {
		return err
	}
	s.commit, s.tree, s.when = commit, c.TreeHash, c.Committer.When
	return nil
}

// Close lets go of git's files. A snapshot that is not closed does so when it is no longer used.
func (s *Snapshot) Close() error {
	s.objects.mu.Lock()
	defer s.objects.mu.Unlock()
	return s.objects.close()
}

// Commit is the hash of the commit; "" where there is none.
func (s *Snapshot) Commit() string {
	if s.commit.IsZero() {
		return ""
	}
	return s.commit.String()
}

// Time is when the commit was made.
func (s *Snapshot) Time() time.Time { return s.when }

// Tree is the hash of all content.
func (s *Snapshot) Tree() string { return s.tree.String() }

// CustomerTree is the hash of all that belongs to a customer; "" where there is nothing.
func (s *Snapshot) CustomerTree(a casefile.Account) string {
	e, err := s.find(casefile.CustomerDir(a))
	if err != nil || e.Mode != filemode.Dir {
		return ""
	}
	return e.Hash.String()
}

// folder is the content of a folder, remembered.
func (s *Snapshot) folder(tree plumbing.Hash) ([]object.TreeEntry, error) {
	if known, ok := s.seen.Load(tree); ok {
		return known.([]object.TreeEntry), nil
	}
	entries, err := s.objects.tree(tree)
	if err == nil {
		s.seen.Store(tree, entries)
	}
	return entries, err
}

// find is the entry at a path; the root's is "".
func (s *Snapshot) find(file string) (object.TreeEntry, error) {
	at := object.TreeEntry{Mode: filemode.Dir, Hash: s.tree}
	if file == "" {
		return at, nil
	}
	for name := range strings.SplitSeq(file, "/") {
		if at.Mode != filemode.Dir {
			return at, fmt.Errorf("%s: %w", file, ErrNotFound)
		}
		entries, err := s.folder(at.Hash)
		if err != nil {
			return at, err
		}
		var ok bool
		if at, ok = named(entries, name); !ok {
			return at, fmt.Errorf("%s: %w", file, ErrNotFound)
		}
	}
	return at, nil
}

func named(entries []object.TreeEntry, name string) (object.TreeEntry, bool) {
	for _, e := range entries {
		if e.Name == name {
			return e, true
		}
	}
	return object.TreeEntry{}, false
}

// Has reports whether the commit holds a file for the record, readable or not.
func (s *Snapshot) Has(rec casefile.Record) (bool, error) { return s.has(rec.Path()) }

// has reports whether there is anything at a path.
func (s *Snapshot) has(file string) (bool, error) {
	_, err := s.find(file)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// List is what a folder holds, in git's order; a missing one holds nothing.
func (s *Snapshot) List(dir string) ([]Entry, error) {
	entries, err := s.list(dir)
	listed := make([]Entry, len(entries))
	for i, e := range entries {
		listed[i] = Entry{e.Name, e.Hash.String(), e.Mode == filemode.Dir, isRegular(e.Mode)}
	}
	return listed, err
}

func (s *Snapshot) list(dir string) ([]object.TreeEntry, error) {
	at, err := s.find(strings.TrimSuffix(dir, "/"))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if at.Mode != filemode.Dir {
		return nil, fmt.Errorf("%s: is no folder", dir)
	}
	return s.objects.tree(at.Hash)
}

// maxRecord is above every limit casefile has for a file, so that it is casefile that complains.
const maxRecord = 32 << 20
