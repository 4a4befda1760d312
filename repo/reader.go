package repo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// largeObject is the size from which an object is streamed and not held in memory.
const largeObject = 1 << 20

// reader reads git's objects, for several goroutines. A handle does not survive `git gc`, so what is
// not found is looked for once more with a fresh one.
type reader struct {
	common string
	fresh  *pending // objects not written yet, of a change under way
	mu     sync.Mutex
	stores []*filesystem.Storage // the repository's own, and those it borrows from
	packed *packed               // the same, as far as it is read by hand
}

// object opens an object of a kind, and tells its size.
func (r *reader) object(kind plumbing.ObjectType, h plumbing.Hash) (io.ReadCloser, int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in, size, err := r.lookUp(kind, h)
	if err != nil {
		r.close()
		in, size, err = r.lookUp(kind, h)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s %s: %w", kind, h, err)
	}
	return in, size, nil
}

func (r *reader) lookUp(kind plumbing.ObjectType, h plumbing.Hash) (io.ReadCloser, int64, error) {
	r.open()
	for _, s := range r.stores {
		o, err := s.EncodedObject(kind, h)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		in, err := o.Reader()
		return in, o.Size(), err
	}
	return nil, 0, plumbing.ErrObjectNotFound
}

// open opens what is not open. Where objects are borrowed we look into the lender ourselves: go-git
// would open him anew for each object, and hold large ones in memory.
func (r *reader) open() {
	if r.stores != nil {
		return
	}
	folders := lenders(filepath.Join(r.common, "objects"), 0)
	r.packed = openPacked(folders)
	options := filesystem.Options{KeepDescriptors: true, LargeObjectThreshold: largeObject}
	for _, objects := range folders {
		r.stores = append(r.stores, filesystem.NewStorageWithOptions(osfs.New(filepath.Dir(objects)), cache.NewObjectLRU(4*cache.MiByte), options))
	}
}

// opened are the packs that are read by hand.
func (r *reader) opened() *packed {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open()
	return r.packed
}

// lenders are a folder of objects and all those it borrows from, as objects/info/alternates says.
func lenders(objects string, depth int) []string {
	all := []string{objects}
	data, err := os.ReadFile(filepath.Join(objects, "info", "alternates"))
	if err != nil || depth == 5 { // git's own limit
		return all
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, lenders(absFrom(objects, line), depth+1)...)
		}
	}
	return all
}

func (r *reader) close() error {
	var errs []error
	for _, s := range r.stores {
		errs = append(errs, s.Close())
	}
	if r.packed != nil {
		errs = append(errs, r.packed.close())
	}
	r.stores, r.packed = nil, nil
	return errors.Join(errs...)
}

// bytes is a whole object, of which no more than a limit is read.
func (r *reader) bytes(kind plumbing.ObjectType, h plumbing.Hash, limit int64) ([]byte, error) {
	if r.fresh != nil {
		if _, data, ok := r.fresh.get(h); ok {
			return data, nil
		}
	}
	if data, err := r.opened().bytes(kind, h); err == nil {
		return data[:min(int64(len(data)), limit)], nil
	}
	in, _, err := r.object(kind, h)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, limit))
}

// stream is a blob of any size, read as it comes.
func (r *reader) stream(h plumbing.Hash) (io.ReadCloser, int64, error) {
	return r.object(plumbing.BlobObject, h)
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

// blobs are the contents of many files, as sweep reads them.
func (r *reader) blobs(files []file, worker func() func(i int, src []byte, err error)) {
	hashes := make([]plumbing.Hash, len(files))
	for i, f := range files {
		hashes[i] = f.at.Hash
	}
	r.sweep(plumbing.BlobObject, hashes, worker)
}

// trees are many trees, read together; of one that cannot be read comes an error.
func (r *reader) trees(hashes []plumbing.Hash) ([][]object.TreeEntry, error) {
	listed, failed := make([][]object.TreeEntry, len(hashes)), make([]error, len(hashes))
	r.sweep(plumbing.TreeObject, hashes, func() func(int, []byte, error) {
		return func(i int, data []byte, err error) {
			if err == nil {
				listed[i], err = parseTree(data)
			}
			if err != nil {
				failed[i] = fmt.Errorf("tree %s: %w", hashes[i], err)
			}
		}
	})
	return listed, errors.Join(failed...)
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
