package repo

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// index is git's index, patched in place: of a hundred thousand entries a verb changes a few, so the
// others stay the bytes they were.
type index struct {
	path    string
	perm    fs.FileMode
	time    time.Time // when the file was last written; zero if there was none
	version uint32
	entries []wideEntry // in order of their names
	tree    *cacheTree
	kept    []byte // extensions that stay right whatever changes
}

// indexChange puts one path into the index, or drops it.
type indexChange struct {
	path string
	hash plumbing.Hash
	mode filemode.FileMode
	stat os.FileInfo // of the file at its final place; nil drops the path
}

// openIndex reads the index at file; none is an empty one.
func openIndex(file string) (*index, error) {
	x := &index{path: file, perm: 0o666, version: 2, tree: newCacheTree("")}
	data, info, err := readWithInfo(file)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return nil, err
	}
	x.perm, x.time = info.Mode().Perm(), info.ModTime()
	if err := x.parse(data); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return x, nil
}

func readWithInfo(file string) ([]byte, os.FileInfo, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	data := make([]byte, info.Size())
	_, err = io.ReadFull(f, data)
	return data, info, err
}

// find is where name stands in the index, or would stand.
func (x *index) find(name string) (int, bool) {
	return slices.BinarySearchFunc(x.entries, []byte(name), func(e wideEntry, name []byte) int {
		return bytes.Compare(e.name(), name)
	})
}

// entry is what the index says about one path.
func (x *index) entry(name string) (indexEntry, bool) {
	at, found := x.find(name)
	if !found {
		return indexEntry{}, false
	}
	return x.entries[at].decode(), true
}

// patch makes the changes in memory. trees gives the new hash of every folder above a changed path ("" is
// the root); the cache-tree extension then stays valid, so that the next look for staged work is one comparison.
func (x *index) patch(changes []indexChange, trees map[string]plumbing.Hash) error {
	changes = slices.SortedFunc(slices.Values(changes), func(a, b indexChange) int {
		switch {
		case a.stat == nil && b.stat != nil:
			return -1 // what goes makes room for what comes
		case a.stat != nil && b.stat == nil:
			return 1
		}
		return strings.Compare(a.path, b.path)
	})
	grown := map[string]int{}
	for _, c := range changes {
		by, err := x.apply(c)
		if err != nil {
			return err
		}
		for folder := path.Dir(c.path); folder != "."; folder = path.Dir(folder) {
			grown[folder] += by
		}
		grown[""] += by
	}
	x.tree.reseal("", grown, trees)
	return nil
}

// apply makes one change and says by how many entries the index grew.
func (x *index) apply(c indexChange) (int, error) {
	at, found := x.find(c.path)
	switch {
	case c.stat == nil && !found:
		return 0, nil
	case c.stat == nil:
		x.entries = slices.Delete(x.entries, at, at+1)
		return -1, nil
	case found:
		x.entries[at] = newWideEntry(c, x.entries[at].lasting())
		return 0, nil
	}
	if err := x.checkRoom(c.path); err != nil {
		return 0, err
	}
	x.entries = slices.Insert(x.entries, at, newWideEntry(c, 0))
	return 1, nil
}

// checkRoom refuses a path that is a folder of another, or the other way round.
func (x *index) checkRoom(name string) error {
	below, _ := x.find(name + "/")
	if below < len(x.entries) && bytes.HasPrefix(x.entries[below].name(), []byte(name+"/")) {
		return fmt.Errorf("%s: is a folder in the index", name)
	}
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if _, found := x.find(folder); found {
			return fmt.Errorf("%s: %s is a file in the index", name, folder)
		}
	}
	return nil
}

// draft writes the index anew beside the old one. It keeps the old one's time: git trusts an entry's
// recorded stat only if it is older than the index, to the second, and looks into the file otherwise. With a new
// time, another's edit in the second of his `git add` would pass unseen from now on.
func (x *index) draft() (*draft, error) {
	d, err := newDraft(filepath.Dir(x.path), leftover, x.path, x.perm, x.write)
	if err != nil || x.time.IsZero() {
		return d, err
	}
	err = cmp.Or(os.Chmod(d.f.Name(), x.perm), os.Chtimes(d.f.Name(), x.time, x.time))
	if err != nil {
		d.discard()
		return nil, err
	}
	return d, nil
}

func (x *index) write(w io.Writer) error {
	sum := sha1.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	out.WriteString("DIRC")
	out.Write(binary.BigEndian.AppendUint32(nil, x.version))
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(x.entries))))
	var before []byte
	for _, e := range x.entries {
		if x.version == 4 {
			out.Write(e.narrow(before))
			before = e.name()
		} else {
			out.Write(e)
		}
	}
	tree := x.tree.appendTo(nil)
	out.WriteString("TREE")
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(tree))))
	out.Write(tree)
	out.Write(x.kept)
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}
