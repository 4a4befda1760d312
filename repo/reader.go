package repo

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// largeObject is the size from which an object is streamed and not held in memory.
const largeObject = 1 << 20

// reader reads git's objects, for several goroutines. A handle does not survive `git gc`, so what is
// not found is looked for once more with a fresh one.
type reader struct {
	common  string
	fresh   *pending // objects not written yet, of a change under way
	mu      sync.Mutex
	storage *filesystem.Storage
}

// object finds an object of a kind; done is to be called when it was read.
func (r *reader) object(kind plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	if r.storage == nil {
		r.open()
	}
	o, err := r.storage.EncodedObject(kind, h)
	if errors.Is(err, plumbing.ErrObjectNotFound) || errors.Is(err, dotgit.ErrPackfileNotFound) {
		r.close()
		r.open()
		o, err = r.storage.EncodedObject(kind, h)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, h, err)
	}
	return o, nil
}

func (r *reader) open() {
	r.storage = filesystem.NewStorageWithOptions(osfs.New(r.common), cache.NewObjectLRU(4*cache.MiByte), filesystem.Options{
		KeepDescriptors:      true,
		LargeObjectThreshold: largeObject,
		AlternatesFS:         osfs.New(filepath.VolumeName(r.common) + string(filepath.Separator)),
	})
}

func (r *reader) close() error {
	if r.storage == nil {
		return nil
	}
	err := r.storage.Close()
	r.storage = nil
	return err
}

// bytes is a whole object, of which no more than a limit is read.
func (r *reader) bytes(kind plumbing.ObjectType, h plumbing.Hash, limit int64) ([]byte, error) {
	if r.fresh != nil {
		if _, data, ok := r.fresh.get(h); ok {
			return data, nil
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	o, err := r.object(kind, h)
	if err != nil {
		return nil, err
	}
	in, err := o.Reader()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, limit))
}

// stream is a blob of any size, read as it comes.
func (r *reader) stream(h plumbing.Hash) (io.ReadCloser, int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, err := r.object(plumbing.BlobObject, h)
	if err != nil {
		return nil, 0, err
	}
	in, err := o.Reader()
	return in, o.Size(), err
}

const maxObject = 256 << 20 // no tree or commit of a casebook comes near it

func (r *reader) tree(h plumbing.Hash) ([]object.TreeEntry, error) {
	if h.IsZero() {
		return nil, nil
	}
	data, err := r.bytes(plumbing.TreeObject, h, maxObject)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", h, err)
	}
	return entries, nil
}

// commit is a commit object, decoded.
func (r *reader) commit(h plumbing.Hash) (*object.Commit, error) {
	data, err := r.bytes(plumbing.CommitObject, h, maxObject)
	if err != nil {
		return nil, err
	}
	o := &plumbing.MemoryObject{}
	o.SetType(plumbing.CommitObject)
	o.Write(data)
	c := &object.Commit{Hash: h}
	if err := c.Decode(o); err != nil {
		return nil, fmt.Errorf("commit %s: %w", h, err)
	}
	c.Hash = h
	return c, nil
}
