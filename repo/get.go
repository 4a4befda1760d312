package repo

import (
	"errors"
	"fmt"
	"io"
	"path"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Get fills a record from the file at its path. What is wrong with the file comes back as
// casefile.Problems.
func (s *Snapshot) Get(rec casefile.Record) error {
	at, err := s.find(rec.Path())
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%s: %w", nameOf(rec), ErrNotFound)
	}
	if err != nil {
		return err
	}
	if ps := s.fill(rec, at); len(ps) > 0 {
		return ps
	}
	return nil
}

// fill reads a record from its file; what keeps it from being read is a problem of the file, too.
func (s *Snapshot) fill(rec casefile.Record, at object.TreeEntry) casefile.Problems {
	if !isRegular(at.Mode) {
		return casefile.Problems{notAFile(rec.Path(), at.Mode)}
	}
	src, err := s.objects.bytes(plumbing.BlobObject, at.Hash, maxRecord+1)
	if err != nil {
		return casefile.Problems{unreadable(rec.Path(), err)}
	}
	return casefile.Decode(rec, src)
}

// nameOf is how people call a record.
func nameOf(rec casefile.Record) string {
	switch r := rec.(type) {
	case *casefile.Customer:
		return "customer " + string(r.Account)
	case *casefile.Mitigator:
		return fmt.Sprintf("mitigator %s/%s", r.Account, r.Name)
	case *casefile.Operator:
		return "operator " + string(r.Name)
	case *casefile.Case:
		return "case " + r.Ref().String()
	case *casefile.Pattern:
		return "pattern " + r.Ref().String()
	}
	return rec.Path()
}

// Bytes is a small file, whole.
func (s *Snapshot) Bytes(file string) ([]byte, error) {
	at, err := s.regular(file)
	if err != nil {
		return nil, err
	}
	data, err := s.objects.bytes(plumbing.BlobObject, at.Hash, maxRecord+1)
	if err == nil && len(data) > maxRecord {
		return nil, fmt.Errorf("%s: is larger than %d bytes", file, maxRecord)
	}
	return data, err
}

// Open streams a file of any size, which it also tells.
func (s *Snapshot) Open(file string) (io.ReadCloser, int64, error) {
	at, err := s.regular(file)
	if err != nil {
		return nil, 0, err
	}
	return s.objects.stream(at.Hash)
}

func (s *Snapshot) regular(file string) (object.TreeEntry, error) {
	at, err := s.find(file)
	if err == nil && !isRegular(at.Mode) {
		err = fmt.Errorf("%s: is no plain file", path.Clean(file))
	}
	return at, err
}
