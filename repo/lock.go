package repo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// A lock is one of git's own lock files, index.lock or <ref>.lock: while it exists git refuses to write,
// and we wait for git's. Ours differ from git's in two things. They hold lines of JSON, a mark and then
// perhaps an intent; and the holder keeps the file flocked. So when the process is killed, the next one
// finds the mark, gets the flock, knows that the owner is dead, and takes the lock over together with
// what the owner had meant to do. A lock without our mark is git's, and is only waited for.

// lockWait is how long a verb waits for a lock unless told otherwise.
const lockWait = 30 * time.Second

// errHeld says that somebody living holds the lock.
var errHeld = errors.New("held by somebody else")

// intent is what the holder of a lock is about to make visible, for whoever must finish it after a crash.
type intent struct {
	Branch string   `json:"branch"`
	Old    string   `json:"old"`
	New    string   `json:"new"`
	Paths  []string `json:"paths"`
}

// newIntent is the intent to move branch, changing the given paths of the work tree.
func newIntent(branch string, old, to plumbing.Hash, paths []string) intent {
	return intent{branch, old.String(), to.String(), paths}
}

// mark is the first line of our lock files.
type mark struct {
	Casebook int `json:"casebook"`
	PID      int `json:"pid"`
}

// lockFile is a lock file of git's, held by us.
type lockFile struct {
	path string
	f    *os.File
	left *intent // what a dead owner had meant to do
}

// longWait is how long a lock is waited for before the one who waits is told.
const longWait = time.Second

// takeLock takes the lock at path, waiting for its holder until wait is over. It tells when that takes long.
func takeLock(ctx context.Context, path string, wait time.Duration, long func(lock string)) (*lockFile, error) {
	patience, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	begun := time.Now()
	for {
		l, err := takeOver(path)
		if errors.Is(err, fs.ErrNotExist) {
			l, err = createLock(path)
		}
		if err == nil {
			sweep(filepath.Dir(path))
			return l, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, err
		}
		if long != nil && time.Since(begun) > longWait {
			long(path)
			long = nil
		}
		select {
		case <-time.After(time.Duration(2+rand.IntN(39)) * time.Millisecond):
		case <-patience.Done():
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("%s: %w", path, ErrBusy)
		}
	}
}

// createLock makes the lock file, complete and flocked from its first moment: it is written under another
// name and then linked. Where a file system knows no links, it is made in place.
func createLock(path string) (*lockFile, error) {
	f, err := createOwned(filepath.Dir(path), leftover, 0o666)
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	l := &lockFile{path: path, f: f}
	if err := l.append(mark{1, os.Getpid()}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	err = os.Link(f.Name(), path)
	if err == nil {
		return l, nil
	}
	f.Close()
	if errors.Is(err, fs.ErrExist) {
		return nil, errHeld
	}
	return createLockInPlace(path)
}

func createLockInPlace(path string) (*lockFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, errHeld
	}
	if err != nil {
		return nil, err
	}
	l := &lockFile{path: path, f: f}
	if err := cmp.Or(flock(f), l.append(mark{1, os.Getpid()})); err != nil {
		return nil, errors.Join(err, removeOwned(f, path))
	}
	return l, nil
}

// takeOver is the lock at path if its owner is one of us and dead, else errHeld.
func takeOver(path string) (*lockFile, error) {
	if _, err := os.Lstat(path); err != nil {
		return nil, err
	}
	if !deathShows {
		return nil, errHeld
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil, errHeld // another user's
	}
	if err != nil {
		return nil, err
	}
	l := &lockFile{path: path, f: f}
	// What is read before the flock may still be written to; what is read after it is not.
	if l.isOurs() && tryFlock(f) && isAt(f, path) && l.isOurs() {
		l.left = l.lastIntent()
		return l, nil
	}
	f.Close()
	return nil, errHeld
}

func (l *lockFile) lines() [][]byte {
	data, err := io.ReadAll(io.NewSectionReader(l.f, 0, 1<<24))
	if err != nil {
		return nil
	}
	return bytes.SplitAfter(data, []byte("\n"))
}

func (l *lockFile) isOurs() bool {
	lines := l.lines()
	var m mark
	return len(lines) > 0 && json.Unmarshal(lines[0], &m) == nil && m.Casebook == 1
}

// lastIntent is the last intent that was written to the end of its line.
func (l *lockFile) lastIntent() *intent {
	var last *intent
	for _, line := range l.lines()[1:] {
		var meant intent
		if bytes.HasSuffix(line, []byte("\n")) && json.Unmarshal(line, &meant) == nil {
			last = &meant
		}
	}
	return last
}

// intend makes durable what is about to become visible. It comes after the last step that may be
// forgotten and before the first that must not be.
func (l *lockFile) intend(what intent) error {
	return cmp.Or(l.append(what), l.f.Sync(), syncDir(filepath.Dir(l.path)))
}

// append writes one line in one write, so that a line without its end is a line that never was.
func (l *lockFile) append(value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if _, err := l.f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	_, err = l.f.Write(append(line, '\n'))
	return err
}

// release lets the next one in.
func (l *lockFile) release() error {
	if !isAt(l.f, l.path) {
		return l.f.Close() // somebody removed our lock by hand, and the file there now is not ours
	}
	return removeOwned(l.f, l.path)
}

// createOwned makes a new file that is flocked as long as we live.
func createOwned(folder, prefix string, perm fs.FileMode) (*os.File, error) {
	for {
		f, err := createTemp(folder, prefix, perm)
		if err != nil {
			return nil, err
		}
		if err := flock(f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if isAt(f, f.Name()) {
			return f, nil
		}
		f.Close() // a sweep was quicker
	}
}

// sweep removes what dead processes left in folder. What it cannot remove hurts nobody.
func sweep(folder string) {
	inside, _ := os.ReadDir(folder)
	for _, e := range inside {
		if !strings.HasPrefix(e.Name(), leftover) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		f, err := os.Open(path)
		if err != nil {
			continue // placed meanwhile, or another user's
		}
		if tryFlock(f) && isAt(f, path) {
			os.Remove(path)
		}
		f.Close()
	}
}

// isAt says whether the open file still is the one at path.
func isAt(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, there)
}
