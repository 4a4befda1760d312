package repo

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// workTree is the checked-out files. It is never left, and no symbolic link in it is followed: what a
// link stands for is not what git means by the path.
type workTree struct{ root *os.Root }

// draftName begins the name of a file that is being written; what a dead process left is swept away.
const draftName = ".casebook-draft-"

// errInTheWay says that something that git does not know of stands where a file or folder belongs.
var errInTheWay = errors.New("something else is in the way")

// hash is git's name for what a file holds now; ZeroHash if there is none.
func (w workTree) hash(file string) (plumbing.Hash, error) {
	info, err := w.lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return plumbing.ZeroHash, nil
	}
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if !info.Mode().IsRegular() {
		return plumbing.ZeroHash, fmt.Errorf("%s: %w", file, errInTheWay)
	}
	f, err := w.root.Open(file)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	defer f.Close()
	sum := sha1.New()
	sum.Write(objectHeader(plumbing.BlobObject, info.Size()))
	if _, err := io.Copy(sum, f); err != nil {
		return plumbing.ZeroHash, err
	}
	return plumbing.Hash(sum.Sum(nil)), nil
}

// lstat looks at a file after making sure that the way to it consists of folders.
func (w workTree) lstat(file string) (fs.FileInfo, error) {
	for i, c := range file {
		if c != '/' {
			continue
		}
		info, err := w.root.Lstat(file[:i])
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s: %w", file[:i], errInTheWay)
		}
	}
	return w.root.Lstat(file)
}

// write puts a file in place, whole, and tells how it stands there.
func (w workTree) write(file string, content io.Reader) (fs.FileInfo, error) {
	dir := path.Dir(file)
	if err := w.root.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	temp := path.Join(dir, fmt.Sprintf("%s%08x", draftName, rand.Uint32()))
	if err := w.draft(temp, content); err != nil {
		w.root.Remove(temp)
		return nil, err
	}
	if err := w.root.Rename(temp, file); err != nil {
		w.root.Remove(temp)
		return nil, err
	}
	return w.root.Lstat(file)
}

func (w workTree) draft(temp string, content io.Reader) error {
	f, err := w.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// remove takes a file away, and the folders that are empty then, as git does.
func (w workTree) remove(file string) error {
	if err := w.root.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if w.root.Remove(dir) != nil {
			break
		}
	}
	return nil
}

// sweep removes what a dead process left half written in a file's folder.
func (w workTree) sweep(file string) {
	dir, err := w.root.Open(path.Dir(file))
	if err != nil {
		return
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		if strings.HasPrefix(name, draftName) {
			w.root.Remove(path.Join(path.Dir(file), name))
		}
	}
}
