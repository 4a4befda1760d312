package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// FirstBranch is the branch of a new casebook.
const FirstBranch = "main"

// Init makes a git repository in dir, or uses the one whose root dir is. Nothing is committed.
func Init(dir string, getenv func(string) string) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	r, err := Open(dir, "", getenv)
	switch {
	case errors.Is(err, ErrNoCasebook):
		if err := makeGitDir(filepath.Join(dir, ".git")); err != nil {
			return nil, err
		}
		return Open(dir, "", getenv)
	case err != nil:
		return nil, err
	case !sameFolder(dir, r.place()):
		return nil, fmt.Errorf("%s: is inside the git repository %s; a casebook is a repository of its own", dir, r.place())
	}
	return r, nil
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	two, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(one, two)
}

// makeGitDir makes what git init makes. HEAD comes last: without it the folder is no repository yet.
func makeGitDir(dir string) error {
	for _, folder := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags", "info"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o777); err != nil {
			return err
		}
	}
	config := fmt.Sprintf("[core]\n\trepositoryformatversion = 0\n\tfilemode = %t\n\tbare = false\n\tlogallrefupdates = true\n", runtime.GOOS != "windows")
	if err := writeDurable(filepath.Join(dir, "config"), []byte(config), 0o666); err != nil {
		return err
	}
	return writeDurable(filepath.Join(dir, "HEAD"), []byte("ref: "+branches+FirstBranch+"\n"), 0o666)
}
