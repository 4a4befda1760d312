package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing"
)

var (
	// errNoRef says that there is no such ref, neither loose nor packed.
	errNoRef = errors.New("no such ref")
	// errUnreadable says that a ref's file is empty or half written: to a reader, "not yet".
	errUnreadable = errors.New("the ref is being written")
)

// refs is where a repository keeps its refs: HEAD in the folder of the work tree, branches in the
// common folder. They are the same unless the work tree is a linked one.
type refs struct {
	gitDir, common string
}

// head is the full name of the branch HEAD is on, or "" when HEAD is detached.
func (s refs) head() (string, error) {
	target, _, err := s.readLoose("HEAD")
	return target, err
}

// read is the commit a ref names, through symbolic refs; loose first, then packed.
func (s refs) read(name string) (plumbing.Hash, error) {
	for range 5 { // git's own limit for symbolic refs that name each other
		if err := checkRefName(name); err != nil {
			return plumbing.ZeroHash, err
		}
		target, h, err := s.readLoose(name)
		switch {
		case errors.Is(err, errNoRef):
			return s.readPacked(name)
		case err != nil || target == "":
			return h, err
		}
		name = target
	}
	return plumbing.ZeroHash, fmt.Errorf("%s: symbolic refs go round in a circle", name)
}

// readLoose is what the ref's own file says: another ref's name, or a hash.
func (s refs) readLoose(name string) (target string, h plumbing.Hash, err error) {
	data, err := os.ReadFile(s.file(name))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || isFolder(s.file(name)) {
			err = errNoRef
		}
		return "", h, fmt.Errorf("%s: %w", name, err)
	}
	text := strings.TrimRight(string(data), "\n\r\t ")
	if target, symbolic := strings.CutPrefix(text, "ref:"); symbolic {
		return strings.TrimSpace(target), h, nil
	}
	if !plumbing.IsHash(text) {
		return "", h, fmt.Errorf("%s: %w", name, errUnreadable)
	}
	return "", plumbing.NewHash(text), nil
}

// readPacked looks the ref up in packed-refs.
func (s refs) readPacked(name string) (plumbing.Hash, error) {
	data, err := os.ReadFile(filepath.Join(s.common, "packed-refs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return plumbing.ZeroHash, err
	}
	for packed, h := range packedRefs(data) {
		if string(packed) == name {
			return plumbing.NewHash(string(h)), nil
		}
	}
	return plumbing.ZeroHash, fmt.Errorf("%s: %w", name, errNoRef)
}

// packedRefs yields name and hash of each line of packed-refs.
func packedRefs(data []byte) func(yield func(name, hash []byte) bool) {
	return func(yield func(name, hash []byte) bool) {
		for line := range bytes.Lines(data) {
			h, name, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(" "))
			if ok && len(h) == 40 && !yield(name, h) {
				return
			}
		}
	}
}

// file is where a ref's own file stands.
func (s refs) file(name string) string {
	return filepath.Join(s.folderOf(name), filepath.FromSlash(name))
}

// folderOf tells the refs each work tree has for itself from those all share.
func (s refs) folderOf(name string) string {
	own := []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"}
	if !strings.HasPrefix(name, "refs/") || slices.ContainsFunc(own, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return s.gitDir
	}
	return s.common
}

func checkRefName(name string) error {
	if name != "HEAD" && !strings.HasPrefix(name, "refs/") || plumbing.ReferenceName(name).Validate() != nil {
		return fmt.Errorf("%q is not a name git allows for a ref", name)
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}
