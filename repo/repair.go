package repo

import (
	"errors"
	"io/fs"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

const regular = filemode.Regular

// repair ends a change that died or failed between its first visible step and its last: the paths it
// meant to touch are brought to what the checked-out branch says now. If the branch was moved the change
// is thereby finished, and if not it is undone. What a person did to the files since is left alone.
func (r *Repo) repair(left intent, who object.Signature) error {
	old, now := plumbing.NewHash(left.Old), plumbing.NewHash(left.New)
	if at, err := r.refs().read(branches + left.Branch); err == nil && at == now {
		move := refMove{branches + left.Branch, old, now, who, "commit: finished after a crash"}
		if err := r.refs().log(move, r.config.logsRefs(r.Bare())); err != nil {
			return err
		}
	}
	if r.Bare() || len(left.Paths) == 0 {
		return nil
	}
	m, err := r.newMend(old, now)
	if err != nil {
		return err
	}
	defer m.close()
	for _, file := range left.Paths {
		if err := m.file(file); err != nil {
			return err
		}
	}
	return m.finish()
}

// mend is a repair of files and index under way.
type mend struct {
	tree           workTree
	index          *index
	old, new, want *Snapshot
	changes        []indexChange
}

func (r *Repo) newMend(old, to plumbing.Hash) (*mend, error) {
	head, err := r.refs().read("HEAD")
	if err != nil && !errors.Is(err, errNoRef) {
		return nil, err
	}
	m := &mend{}
	if m.old, err = r.at(old); err != nil {
		return nil, err
	}
	if m.new, err = r.at(to); err != nil {
		m.new = m.old // gc has pruned the commit: nothing of it is known
	}
	if m.want, err = r.at(head); err != nil {
		return nil, err
	}
	if m.index, err = openIndex(r.indexFile()); err != nil {
		return nil, err
	}
	m.tree, err = r.workTree()
	return m, err
}

func (m *mend) close() {
	m.tree.root.Close()
	for _, s := range []*Snapshot{m.old, m.new, m.want} {
		s.Close()
	}
}

// file brings one path, in work tree and index, from the old or new content to that which is wanted.
func (m *mend) file(file string) error {
	old, err := m.old.hashAt(file)
	to, err2 := m.new.hashAt(file)
	want, err3 := m.want.hashAt(file)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	m.tree.sweep(file)
	entry, inIndex := m.index.entry(file)
	there, err := m.tree.hash(file)
	if err != nil || inIndex && entry.SkipWorktree && there.IsZero() {
		there = want // not ours to touch
	}
	ours := func(h plumbing.Hash) bool { return h == old || h == to }
	rewritten := there != want && ours(there)
	if rewritten {
		if err := m.rewrite(file, want); err != nil {
			return err
		}
	}
	if rewritten || entry.Hash != want && ours(entry.Hash) {
		return m.reindex(file, want, entry)
	}
	return nil
}

func (m *mend) rewrite(file string, want plumbing.Hash) error {
	if want.IsZero() {
		return m.tree.remove(file)
	}
	in, _, err := m.want.objects.stream(want)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = m.tree.write(file, in)
	return err
}

func (m *mend) reindex(file string, want plumbing.Hash, was indexEntry) error {
	one := indexChange{path: file, hash: want, mode: regular}
	if !want.IsZero() {
		info, err := m.tree.lstat(file)
		switch {
		case err == nil:
			one.stat = info
		case errors.Is(err, fs.ErrNotExist) || was.SkipWorktree:
			one.stat = notThere{}
		default:
			return err
		}
	}
	m.changes = append(m.changes, one)
	return nil
}

func (m *mend) finish() error {
	if len(m.changes) == 0 {
		return nil
	}
	// The index may hold strangers' work beside ours, so that no folder's hash is certain.
	return placeIndex(m.index, m.changes, nil)
}

// notThere is the stat of a file that is in the index and not in the work tree.
type notThere struct{}

func (notThere) Name() string       { return "" }
func (notThere) Size() int64        { return 0 }
func (notThere) Mode() fs.FileMode  { return 0 }
func (notThere) ModTime() time.Time { return time.Unix(0, 0) }
func (notThere) IsDir() bool        { return false }
func (notThere) Sys() any           { return nil }
