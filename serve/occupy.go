package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"casebook/repo"

	"github.com/gofrs/flock"
)

// tenancy is the state folder being ours alone: one server has it.
type tenancy struct {
	dir string

	mu   sync.Mutex
	lock *flock.Flock
	held os.FileInfo
}

// occupy locks the state folder. The lock's file is never removed: to remove it would let two have it.
func occupy(s *repo.State) (*tenancy, error) {
	if err := os.MkdirAll(s.Dir(), 0o700); err != nil {
		return nil, err
	}
	t := &tenancy{dir: s.Dir()}
	return t, t.take()
}

func (t *tenancy) path() string { return filepath.Join(t.dir, "serve.lock") }

func (t *tenancy) take() error {
	l := flock.New(t.path(), flock.SetPermissions(0o600))
	free, err := l.TryLock()
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%s: %w", t.dir, ErrServing)
	}
	held, err := os.Stat(t.path())
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if t.lock != nil {
		_ = t.lock.Close() // of a folder that is elsewhere now, or gone
	}
	t.lock, t.held = l, held
	return nil
}

// renew locks the folder that has the place now, where the repository was replaced. Where it is gone,
// nothing is made: whoever brings another must find its place empty.
func (t *tenancy) renew() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now, err := os.Stat(t.path()); err == nil && os.SameFile(now, t.held) {
		return nil
	}
	if err := os.Mkdir(t.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return t.take()
}

func (t *tenancy) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.lock.Close()
}
