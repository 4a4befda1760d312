package repo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"casebook/casefile"
)

// State is the state folder: what belongs to a casebook and not into git. Its files are named by the
// SHA-256 of their bytes, and all of it but forensics can be deleted and is built anew.
type State struct {
	dir    string
	within string // the repository's folder that it is in; "" if it was put elsewhere
}

// Kind is a shelf of the state folder.
type Kind string

// The shelves: published pattern files, and forensic data.
const (
	Files     Kind = "files"
	Forensics Kind = "forensics"
)

// Kept says what bytes were put on a shelf.
type Kept struct {
	SHA256 casefile.Digest
	Size   int64
}

// Dir is the path of the state folder.
func (s *State) Dir() string { return s.dir }

// Path is where the bytes with a digest stand, or would.
func (s *State) Path(kind Kind, d casefile.Digest) string {
	return filepath.Join(s.dir, string(kind), string(d))
}

// Open opens the bytes with a digest.
func (s *State) Open(kind Kind, d casefile.Digest) (*os.File, error) {
	if _, err := casefile.ParseDigest(string(d)); err != nil {
		return nil, err
	}
	f, err := os.Open(s.Path(kind, d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s %s: %w", kind, d, ErrNotFound)
	}
	return f, err
}

// Keep streams bytes onto a shelf, whole and durable or not at all.
func (s *State) Keep(ctx context.Context, kind Kind, src io.Reader, progress func(int64)) (Kept, error) {
	a, err := s.Arrive(ctx, src, progress)
	if err != nil {
		return Kept{}, err
	}
	return a.Kept, errors.Join(a.Shelve(kind), a.Close())
}

// Arrival is bytes that have come in whole and durable, and are on no shelf yet.
type Arrival struct {
	Kept
	state *State
	f     *os.File // nil once shelved or closed
}

// ReadAt reads of the bytes before they are shelved.
func (a *Arrival) ReadAt(p []byte, off int64) (int, error) { return a.f.ReadAt(p, off) }

// Arrive streams bytes into the state folder, beside its shelves.
func (s *State) Arrive(ctx context.Context, src io.Reader, progress func(int64)) (*Arrival, error) {
	incoming, err := s.incoming()
	if err != nil {
		return nil, err
	}
	sweep(incoming)
	f, err := createOwned(incoming, leftover, 0o600)
	if err != nil {
		return nil, err
	}
	kept, err := copyHashed(ctx, f, src, progress)
	if err = errors.Join(err, f.Sync()); err != nil {
		return nil, errors.Join(err, removeOwned(f, f.Name()))
	}
	return &Arrival{kept, s, f}, nil
}

// Shelve puts the bytes in their place on a shelf.
func (a *Arrival) Shelve(kind Kind) error {
	if err := a.state.make(string(kind)); err != nil {
		return err
	}
	to := a.state.Path(kind, a.SHA256)
	f := a.f
	a.f = nil
	if err := renameOwned(f, to); err != nil {
		_ = f.Close() // on some systems it is closed already
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(to))
}

// Close removes what was not shelved.
func (a *Arrival) Close() error {
	if a.f == nil {
		return nil
	}
	f := a.f
	a.f = nil
	return removeOwned(f, f.Name())
}

// Measure is what Keep would answer, for a dry run: it reads the bytes and keeps none.
func Measure(ctx context.Context, _ Kind, src io.Reader, progress func(int64)) (Kept, error) {
	return copyHashed(ctx, io.Discard, src, progress)
}

func copyHashed(ctx context.Context, to io.Writer, src io.Reader, progress func(int64)) (Kept, error) {
	sum := sha256.New()
	chunk := make([]byte, 1<<20)
	size := int64(0)
	for {
		n, err := src.Read(chunk)
		sum.Write(chunk[:n])
		if _, err := to.Write(chunk[:n]); err != nil {
			return Kept{}, err
		}
		size += int64(n)
		if progress != nil && n > 0 {
			progress(size)
		}
		if ctx.Err() != nil {
			return Kept{}, ctx.Err()
		}
		if err == io.EOF {
			digest := casefile.Digest(hex.EncodeToString(sum.Sum(nil)))
			return Kept{digest, size}, nil
		}
		if err != nil {
			return Kept{}, err
		}
	}
}

// incoming is the folder of bytes on their way: into git, or onto a shelf.
func (s *State) incoming() (string, error) {
	return filepath.Join(s.dir, "incoming"), s.make("incoming")
}

// make makes a folder of the state folder. Forensic data is dangerous and tokens' users are nobody
// else's business: only the owner may look in.
func (s *State) make(name string) error {
	folder := filepath.Join(s.dir, name)
	if s.within == "" {
		return os.MkdirAll(folder, 0o700)
	}
	return makeBelow(s.within, folder, 0o700)
}
