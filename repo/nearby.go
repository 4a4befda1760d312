package repo

import (
	"errors"
	"io"
	"os"
	"path"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// nearby opens files of the work tree by way of folders that stay open: otherwise each file costs as many
// openings as it is deep.
type nearby struct {
	root  *os.Root
	mu    sync.RWMutex
	known map[string]*os.Root
}

// mostNearby is how many folders stay open.
const mostNearby = 64

func (n *nearby) open(f file) (io.ReadCloser, int64, error) {
	in, err := n.openFile(path.Split(f.path))
	if err != nil {
		return nil, 0, err
	}
	info, err := in.Stat()
	if err != nil {
		in.Close()
		return nil, 0, err
	}
	return in, info.Size(), nil
}

func (n *nearby) openFile(dir, name string) (*os.File, error) {
	if dir == "" {
		return n.root.Open(name)
	}
	n.mu.RLock()
	if at := n.known[dir]; at != nil {
		defer n.mu.RUnlock()
		return at.Open(name)
	}
	n.mu.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known[dir] == nil {
		if len(n.known) >= mostNearby {
			if err := n.forget(); err != nil {
				return nil, err
			}
		}
		at, err := n.root.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		n.known[dir] = at
	}
	return n.known[dir].Open(name)
}

func (n *nearby) forget() error {
	var errs []error
	for dir, at := range n.known {
		errs = append(errs, at.Close())
		delete(n.known, dir)
	}
	return errors.Join(errs...)
}

func (n *nearby) close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.forget()
}

// ignores reports what git is told not to look at. All folders are read for it, but only once something is
// asked for: nothing is where every file has its place.
func (r *Repo) ignores() func(string) bool {
	matcher := sync.OnceValue(func() gitignore.Matcher {
		patterns, _ := gitignore.ReadPatterns(osfs.New(r.root), nil) // those that cannot be read ignore nothing
		return gitignore.NewMatcher(patterns)
	})
	return func(file string) bool { return matcher().Match(strings.Split(file, "/"), false) }
}
