package repo

import (
	"compress/zlib"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// objectDir is a repository's object store (the common folder's "objects"), where we write loose objects.
type objectDir struct{ path string }

// file is where the loose object stands.
func (o objectDir) file(h plumbing.Hash) string {
	name := h.String()
	return filepath.Join(o.path, name[:2], name[2:])
}

// pending gathers small objects, which have their hashes at once and are written together at flush;
// a dry run never flushes.
type pending struct {
	objects map[plumbing.Hash]pendingObject
}

type pendingObject struct {
	kind plumbing.ObjectType
	data []byte
}

func (p *pending) add(kind plumbing.ObjectType, data []byte) plumbing.Hash {
	sum := sha1.New()
	sum.Write(objectHeader(kind, int64(len(data))))
	sum.Write(data)
	h := plumbing.Hash(sum.Sum(nil))
	if p.objects == nil {
		p.objects = map[plumbing.Hash]pendingObject{}
	}
	p.objects[h] = pendingObject{kind, data}
	return h
}

// get is an object that was added and may not be written yet.
func (p *pending) get(h plumbing.Hash) (plumbing.ObjectType, []byte, bool) {
	object, ok := p.objects[h]
	return object.kind, object.data, ok
}

// flush makes every gathered object and the folders they stand in durable. An object that is there
// already is written anew: the fresh file cannot be an old one that gc is about to prune, nor the
// empty leftover of a power cut.
func (p *pending) flush(o objectDir) error {
	folders := map[string]bool{o.path: true}
	writes := make([]func() error, 0, len(p.objects))
	for h, object := range p.objects {
		folders[filepath.Dir(o.file(h))] = true
		writes = append(writes, func() error { return o.store(h, object) })
	}
	if err := atOnce(writes); err != nil {
		return err
	}
	syncs := make([]func() error, 0, len(folders))
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		syncs = append(syncs, func() error {
			err := syncDir(folder)
			if errors.Is(err, os.ErrNotExist) {
				return nil // pruned, with the objects in it: see restore
			}
			return err
		})
	}
	return atOnce(syncs)
}

// restore writes again what was flushed and is there no more: until a ref names them, a
// `git gc --prune=now` takes objects away.
func (p *pending) restore(o objectDir) error {
	for range 10 {
		gone := pending{objects: maps.Clone(p.objects)}
		maps.DeleteFunc(gone.objects, func(h plumbing.Hash, _ pendingObject) bool {
			_, err := os.Stat(o.file(h))
			return err == nil
		})
		if len(gone.objects) == 0 {
			return nil
		}
		if err := gone.flush(o); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: new objects are removed as soon as they are written", o.path)
}

func (o objectDir) store(h plumbing.Hash, object pendingObject) error {
	for try := 0; ; try++ {
		d, err := o.draft(h, object.write)
		if err != nil {
			return err
		}
		err = o.settle(d)
		if errors.Is(err, os.ErrNotExist) && try < 10 {
			continue // git prune also removes drafts
		}
		return err
	}
}

// write is the loose object's file.
func (p pendingObject) write(w io.Writer) error {
	packed, err := zlib.NewWriterLevel(w, zlib.BestSpeed)
	if err != nil {
		return err
	}
	packed.Write(objectHeader(p.kind, int64(len(p.data))))
	packed.Write(p.data)
	return packed.Close()
}

// draft writes a loose object beside its place, under the name git's prune recognises as a leftover.
func (o objectDir) draft(h plumbing.Hash, write func(io.Writer) error) (*draft, error) {
	target := o.file(h)
	folder := filepath.Dir(target)
	for try := 0; ; try++ {
		if err := makeBelow(o.path, folder, 0o777); err != nil {
			return nil, err
		}
		d, err := newDraft(folder, "tmp_obj_", target, 0o444, write)
		if errors.Is(err, os.ErrNotExist) && try < 3 {
			continue // gc removed the folder while it was empty
		}
		return d, err
	}
}

// settle renames an object's draft to its place; where a system will not replace a read-only file, the
// one that is there has the same content.
func (o objectDir) settle(d *draft) error {
	defer d.discard()
	err := d.rename()
	if _, there := os.Stat(d.target); err != nil && there == nil {
		return nil
	}
	return err
}

func objectHeader(kind plumbing.ObjectType, size int64) []byte {
	return fmt.Appendf(nil, "%s %d\x00", kind, size)
}

// atOnce runs the steps side by side: fsyncs that wait together share one flush of the disk.
func atOnce(steps []func() error) error {
	errs := make([]error, len(steps))
	room := make(chan struct{}, 16)
	var all sync.WaitGroup
	for i, step := range steps {
		room <- struct{}{}
		all.Go(func() {
			errs[i] = step()
			<-room
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
