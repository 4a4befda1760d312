package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// refLock is a ref's own lock file, held by us: while it is there git does not move the ref.
type refLock struct {
	*lockFile
	refs refs
	name string
}

// lock takes <ref>.lock, waiting for whoever holds it.
func (s refs) lock(ctx context.Context, name string, wait time.Duration, long func(lock string)) (*refLock, error) {
	if err := checkRefName(name); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		if err := makeBelow(s.folderOf(name), filepath.Dir(s.file(name)), 0o777); err != nil {
			return nil, fmt.Errorf("%s: another ref's name is in the way: %w", name, err)
		}
		l, err := takeLock(ctx, s.file(name)+".lock", wait, long)
		if errors.Is(err, fs.ErrNotExist) && try < 3 {
			continue // git removed the folder while it was empty
		}
		if err != nil {
			return nil, err
		}
		return &refLock{l, s, name}, nil
	}
}

// move sets the ref, durably, if it still is at old; ZeroHash means that it must not exist yet.
func (l *refLock) move(old, to plumbing.Hash) error {
	if err := l.mustBeAt(old); err != nil {
		return err
	}
	if old.IsZero() {
		if err := l.checkRoom(); err != nil {
			return err
		}
	}
	// The hash goes to a file of its own, so that the lock file keeps the mark by which a waiter sees
	// that we died.
	target := l.refs.file(l.name)
	d, err := newDraft(filepath.Dir(target), leftover, target, 0o666, bytesTo([]byte(to.String()+"\n")))
	if err != nil {
		return err
	}
	defer d.discard()
	if isFolder(target) {
		if err := removeEmptyTree(target); err != nil {
			return fmt.Errorf("%s: refs below it are in the way: %w", l.name, err)
		}
	}
	return d.place()
}

func (l *refLock) mustBeAt(old plumbing.Hash) error {
	target, now, err := l.refs.readLoose(l.name)
	if errors.Is(err, errNoRef) {
		now, err = l.refs.readPacked(l.name)
	}
	switch {
	case target != "":
		return fmt.Errorf("%s: stands for %s and cannot be moved itself", l.name, target)
	case errors.Is(err, errNoRef) && old.IsZero():
		return nil
	case errors.Is(err, errNoRef):
		return fmt.Errorf("%s: is gone: %w", l.name, ErrLostRace)
	case err != nil:
		return err
	case now != old:
		return fmt.Errorf("%s: is at %s, not %s: %w", l.name, now, old, ErrLostRace)
	}
	return nil
}

// checkRoom refuses a new ref whose name is a folder of another's, or the other way round, where the
// file system cannot see it: in packed-refs.
func (l *refLock) checkRoom() error {
	data, err := os.ReadFile(filepath.Join(l.refs.common, "packed-refs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := map[string]bool{}
	for dir := path.Dir(l.name); dir != "."; dir = path.Dir(dir) {
		above[dir] = true
	}
	below := []byte(l.name + "/")
	for name := range packedRefs(data) {
		if above[string(name)] || bytes.HasPrefix(name, below) {
			return fmt.Errorf("%s: the ref %s is in the way", l.name, name)
		}
	}
	return nil
}
