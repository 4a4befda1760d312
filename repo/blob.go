package repo

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/klauspost/compress/zlib"
)

// Blob is a file's bytes on their way into git: hashed and compressed in one pass, and waiting in the
// state folder until the commit that names them is about to be made.
type Blob struct {
	Hash   plumbing.Hash // git's name for the bytes
	Size   int64
	SHA256 casefile.Digest
	Head   []byte   // the first 512 bytes
	f      *os.File // nil of one that was only weighed
	at     string   // where the compressed object stands until Close
	placed bool
}

const (
	chunkSize = 1 << 20 // also the sample the compression level is chosen by
	headSize  = 512
)

// takeBlob streams size bytes of src into a loose object in the incoming folder. The object is not put
// into the repository yet, because there `git gc --prune=now` would delete it as unreferenced.
func takeBlob(ctx context.Context, incoming string, src io.Reader, size int64, progress func(int64)) (*Blob, error) {
	sweep(incoming)
	f, err := createOwned(incoming, leftover, 0o444)
	if err != nil {
		return nil, err
	}
	b := &Blob{Size: size, f: f, at: f.Name()}
	if err := cmp.Or(b.fill(ctx, f, src, progress), f.Sync()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Weigh is what Take would give, for a dry run: it reads the bytes and keeps none.
func Weigh(ctx context.Context, src io.Reader, size int64, progress func(int64)) (*Blob, error) {
	b := &Blob{Size: size}
	return b, b.fill(ctx, io.Discard, src, progress)
}

// fill reads src once, to its end.
func (b *Blob) fill(ctx context.Context, to io.Writer, src io.Reader, progress func(int64)) error {
	chunk := make([]byte, chunkSize)
	n, err := readChunk(src, chunk)
	if err != nil {
		return err
	}
	b.Head = bytes.Clone(chunk[:min(n, headSize)])
	out, err := newBlobWriter(to, b.Size, levelFor(chunk[:n]))
	done := int64(0)
	for err == nil && n > 0 && done <= b.Size {
		if err = cmp.Or(ctx.Err(), out.write(chunk[:n])); err != nil {
			break
		}
		done += int64(n)
		if progress != nil {
			progress(done)
		}
		n, err = readChunk(src, chunk)
	}
	if err == nil && done != b.Size {
		err = fmt.Errorf("the file changed while it was read: it had %d bytes, and %d were read", b.Size, done)
	}
	if err != nil {
		return err
	}
	b.Hash, b.SHA256, err = out.close()
	return err
}

// readChunk fills chunk as far as src goes.
func readChunk(src io.Reader, chunk []byte) (int, error) {
	n, err := io.ReadFull(src, chunk)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, err
}

// levelFor tries the sample: what does not shrink is only stored, which is many times faster.
func levelFor(sample []byte) int {
	var size countingWriter
	w, _ := zlib.NewWriterLevel(&size, zlib.BestSpeed)
	w.Write(sample)
	w.Close()
	if int(size) > len(sample)*95/100 {
		return zlib.NoCompression
	}
	return zlib.BestSpeed
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}

// blobWriter makes a loose object and both digests of what is written to it.
type blobWriter struct {
	out          *bufio.Writer
	deflate      *zlib.Writer
	named, plain hash.Hash // SHA-1 with git's header, SHA-256 without
}

func newBlobWriter(w io.Writer, size int64, level int) (*blobWriter, error) {
	b := &blobWriter{out: bufio.NewWriterSize(w, 256<<10), named: sha1.New(), plain: sha256.New()}
	var err error
	if b.deflate, err = zlib.NewWriterLevel(b.out, level); err != nil {
		return nil, err
	}
	header := objectHeader(plumbing.BlobObject, size)
	b.named.Write(header)
	_, err = b.deflate.Write(header)
	return b, err
}

// write hashes on one core what it deflates on the other.
func (b *blobWriter) write(chunk []byte) error {
	var beside sync.WaitGroup
	beside.Go(func() {
		b.named.Write(chunk)
		b.plain.Write(chunk)
	})
	_, err := b.deflate.Write(chunk)
	beside.Wait()
	return err
}

func (b *blobWriter) close() (plumbing.Hash, casefile.Digest, error) {
	err := cmp.Or(b.deflate.Close(), b.out.Flush())
	return plumbing.Hash(b.named.Sum(nil)), casefile.Digest(hex.EncodeToString(b.plain.Sum(nil))), err
}

// open reads the plain bytes back, placed or not.
func (b *Blob) open() (io.ReadCloser, error) {
	f, err := os.Open(b.at)
	if err != nil {
		return nil, err
	}
	plain, err := zlib.NewReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", b.at, err)
	}
	_, err = io.CopyN(io.Discard, plain, int64(len(objectHeader(plumbing.BlobObject, b.Size))))
	return struct {
		io.Reader
		io.Closer
	}{plain, f}, err
}

// place makes the object part of the repository, durably; to be done just before the commit that names
// it, and again if gc has taken it away since. Here the bytes stay until Close.
func (b *Blob) place(o objectDir) error {
	target := o.file(b.Hash)
	if _, err := os.Stat(target); err == nil && b.placed {
		return nil
	}
	if err := makeBelow(o.path, filepath.Dir(target), 0o777); err != nil {
		return err
	}
	if err := b.link(target); err != nil {
		if err := b.copy(o); err != nil {
			return err
		}
	}
	b.placed = true
	return cmp.Or(syncDir(filepath.Dir(target)), syncDir(o.path))
}

// link gives the object's file a second name. An older file of the same content is replaced, for gc may
// be about to prune that one.
func (b *Blob) link(target string) error {
	temp := filepath.Join(filepath.Dir(target), fmt.Sprintf("tmp_obj_%08x", rand.Uint32()))
	if err := os.Link(b.at, temp); err != nil {
		return err
	}
	defer os.Remove(temp) // still there if target was the same file already
	return os.Rename(temp, target)
}

// copy is for a state folder on another file system, or one that knows no links.
func (b *Blob) copy(o objectDir) error {
	from, err := os.Open(b.at)
	if err != nil {
		return err
	}
	defer from.Close()
	d, err := o.draft(b.Hash, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
	if err != nil {
		return err
	}
	return o.settle(d)
}

// Close forgets the blob, and its bytes too unless they were placed.
func (b *Blob) Close() error {
	if b.f == nil {
		return nil
	}
	b.f.Close()
	return os.Remove(b.at)
}
