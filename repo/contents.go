package repo

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// contents is a tree of files to be checked: a commit's, or the checked-out one.
type contents struct {
	files   []file
	byPath  func() map[string]file // made when it is asked for
	open    func(file) (io.ReadCloser, int64, error)
	readAll func(files []file, worker func() func(i int, src []byte, err error)) // as sweep reads
	ignored func(path string) bool                                               // whether git is told not to look at a file
	close   func() error
}

// contents are some files of the snapshot.
func (s *Snapshot) contents(files []file) contents {
	return newContents(contents{
		files:   files,
		open:    func(f file) (io.ReadCloser, int64, error) { return s.objects.stream(f.at.Hash) },
		readAll: s.objects.blobs,
		ignored: func(string) bool { return false },
	})
}

func newContents(c contents) contents {
	c.byPath = sync.OnceValue(func() map[string]file {
		byPath := make(map[string]file, len(c.files))
		for _, f := range c.files {
			byPath[f.path] = f
		}
		return byPath
	})
	if c.readAll == nil {
		c.readAll = c.readEach
	}
	return c
}

func (c contents) has(file string) bool {
	_, ok := c.byPath()[file]
	return ok
}

// read is a record's file, whole, or so much of it that casefile sees it is too large.
func (c contents) read(f file) ([]byte, error) {
	in, _, err := c.open(f)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, maxRecord+1))
}

func (c contents) readEach(files []file, worker func() func(int, []byte, error)) {
	spread(len(files), 1, func() func(int) {
		take := worker()
		return func(i int) {
			src, err := c.read(files[i])
			take(i, src, err)
		}
	})
}

// readPath is the file at a path, if it is one that can be read.
func (c contents) readPath(file string) ([]byte, error) {
	f, ok := c.byPath()[file]
	if !ok || !isRegular(f.at.Mode) {
		return nil, fs.ErrNotExist
	}
	return c.read(f)
}

// workTreeContents are the checked-out files, those that are not added to git among them.
func (r *Repo) workTreeContents() (contents, error) {
	w, err := r.workTree()
	if err != nil {
		return contents{}, err
	}
	files, err := w.files()
	if err != nil {
		w.root.Close()
		return contents{}, err
	}
	objects := &reader{common: r.common}
	near := &nearby{root: w.root, known: map[string]*os.Root{}}
	return newContents(contents{
		files: append(files, r.notCheckedOut(w)...),
		open: func(f file) (io.ReadCloser, int64, error) {
			if !f.at.Hash.IsZero() {
				return objects.stream(f.at.Hash)
			}
			return near.open(f)
		},
		ignored: r.ignores(),
		close:   func() error { return errors.Join(near.close(), w.root.Close(), objects.close()) },
	}), nil
}

// notCheckedOut are the files that git has in the index and not as files: what a sparse checkout leaves
// out, and submodules. From an index that cannot be read, as in a conflict, nothing is taken.
func (r *Repo) notCheckedOut(w workTree) []file {
	x, err := openIndex(r.indexFile())
	if err != nil {
		return nil
	}
	var found []file
	for _, e := range x.entries {
		submodule := e.mode() == filemode.Submodule
		if !submodule && e.extended()&extendedSkipWorktree == 0 {
			continue
		}
		name := string(e.name())
		if _, err := w.lstat(name); submodule || errors.Is(err, fs.ErrNotExist) {
			found = append(found, file{name, object.TreeEntry{Name: path.Base(name), Mode: e.mode(), Hash: e.hash()}})
		}
	}
	return found
}

// files are all files but git's own. A folder with a .git in it is another repository.
func (w workTree) files() ([]file, error) {
	var found []file
	err := fs.WalkDir(w.root.FS(), ".", func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		mode, err := modeOf(d)
		found = append(found, file{at, object.TreeEntry{Name: d.Name(), Mode: mode}})
		return err
	})
	return found, err
}

// modeOf is the mode git would give a file.
func modeOf(d fs.DirEntry) (filemode.FileMode, error) {
	switch {
	case d.Type()&fs.ModeSymlink != 0:
		return filemode.Symlink, nil
	case !d.Type().IsRegular():
		return filemode.Empty, nil
	}
	info, err := d.Info()
	if err == nil && runtime.GOOS != "windows" && info.Mode()&0o100 != 0 {
		return filemode.Executable, nil
	}
	return filemode.Regular, err
}
