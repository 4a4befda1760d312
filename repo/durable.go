package repo

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// leftover is how the name of a file begins that is only there while its maker lives; takeLock sweeps
// them out of the folder it locks. Git takes such a name neither for a ref nor for an object.
const leftover = ".casebook-"

// draft is a file written and fsynced beside its place, waiting to be renamed there.
type draft struct {
	f      *os.File // nil once placed or discarded
	target string
}

// newDraft writes the coming content of target into folder, under a name that starts with prefix.
// The folder must be on target's file system.
func newDraft(folder, prefix, target string, perm fs.FileMode, write func(io.Writer) error) (*draft, error) {
	f, err := createOwned(folder, prefix, perm)
	if err != nil {
		return nil, err
	}
	d := &draft{f, target}
	buffered := bufio.NewWriterSize(f, 64<<10)
	if err := write(buffered); err != nil {
		d.discard()
		return nil, err
	}
	if err := cmp.Or(buffered.Flush(), f.Sync()); err != nil {
		d.discard()
		return nil, err
	}
	return d, nil
}

// place renames the draft to its target and makes the new name durable.
func (d *draft) place() error {
	if err := d.rename(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(d.target))
}

// rename puts the draft at its target; the caller makes the folder durable.
func (d *draft) rename() error {
	if err := renameOwned(d.f, d.target); err != nil {
		return err
	}
	d.f = nil
	return nil
}

// discard removes the draft if it was not placed.
func (d *draft) discard() {
	if d.f != nil {
		removeOwned(d.f, d.f.Name())
		d.f = nil
	}
}

// writeDurable replaces a small file: readers see the old bytes or the new ones, also after a power cut.
func writeDurable(path string, data []byte, perm fs.FileMode) error {
	d, err := newDraft(filepath.Dir(path), leftover, path, perm, bytesTo(data))
	if err != nil {
		return err
	}
	defer d.discard()
	return d.place()
}

func bytesTo(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(data))
		return err
	}
}

// createTemp makes a new file with a random name. Unlike os.CreateTemp it leaves the permissions to
// perm and the umask, because these files end up where other users of the repository read them.
func createTemp(folder, prefix string, perm fs.FileMode) (*os.File, error) {
	for {
		name := filepath.Join(folder, fmt.Sprintf("%s%08x", prefix, rand.Uint32()))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// removeEmptyTree removes folder and the folders in it if no file is left there; git does the same
// with what a deleted branch leaves behind.
func removeEmptyTree(folder string) error {
	inside, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range inside {
		if e.IsDir() {
			if err := removeEmptyTree(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(folder)
}
