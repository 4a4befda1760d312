package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Tx is what a verb works on: the tip of the branch, with all that the verb has put so far on top.
type Tx struct {
	*Snapshot
	tip   *Snapshot
	now   casefile.Time
	by    string
	fresh *pending
	puts  map[string]put
}

// put is the coming content of one file.
type put struct {
	hash plumbing.Hash
	blob *Blob // where the bytes are a pattern's, on their way into git
}

func newTx(tip *Snapshot, now casefile.Time, by object.Signature) *Tx {
	tx := &Tx{
		Snapshot: tip, tip: tip, now: now, by: by.Name + " <" + by.Email + ">",
		fresh: &pending{}, puts: map[string]put{},
	}
	tip.objects.fresh = tx.fresh
	return tx
}

// Now is the time of the change.
func (tx *Tx) Now() casefile.Time { return tx.now }

// Stamp says that it is done now, and by whom.
func (tx *Tx) Stamp() casefile.Stamp { return casefile.Stamp{At: tx.now, By: tx.by} }

// Put writes records: a new one in the canonical form, a changed one so that only the bytes of the
// changed values differ.
func (tx *Tx) Put(recs ...casefile.Record) error {
	for _, rec := range recs {
		if ps := casefile.Validate(rec); len(ps) > 0 {
			return ps
		}
		text, err := tx.text(rec)
		if err != nil {
			return err
		}
		if err := tx.PutText(rec.Path(), text); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) text(rec casefile.Record) ([]byte, error) {
	old, err := tx.Bytes(rec.Path())
	if errors.Is(err, ErrNotFound) {
		return casefile.Write(rec), nil
	}
	if err != nil {
		return nil, err
	}
	return casefile.Splice(old, rec)
}

// PutText writes a file as it is: a record that somebody edited, or one of the few files of a casebook
// that are no records. A record is read strictly, and judged against what it was.
func (tx *Tx) PutText(file string, data []byte) error {
	rec, err := casefile.Locate(file)
	if err != nil && !isExtra(file) {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err == nil {
		if ps := tx.judge(rec, data); len(ps) > 0 {
			return ps
		}
	}
	return tx.put(file, put{hash: tx.fresh.add(plumbing.BlobObject, data)})
}

// Take reads a pattern's bytes once, of a size known beforehand, and holds them ready for PutBlob.
func (r *Repo) Take(ctx context.Context, src io.Reader, size int64, progress func(int64)) (*Blob, error) {
	incoming, err := r.state.incoming()
	if err != nil {
		return nil, err
	}
	return takeBlob(ctx, incoming, src, size, progress)
}

// PutBlob writes a pattern's bytes beside its record.
func (tx *Tx) PutBlob(file string, b *Blob) error {
	if err := checkPatternBytes(file, b.Size, b.Head); err != nil {
		return err
	}
	return tx.put(file, put{b.Hash, b})
}

// PutCopy writes the bytes of one entry's pattern beside the record of another.
func (tx *Tx) PutCopy(file, from string) error {
	if !isPatternBytes(file) {
		return fmt.Errorf("%s: is no place for a pattern's bytes", file)
	}
	at, err := tx.regular(from)
	if err != nil {
		return err
	}
	return tx.put(file, put{hash: at.Hash, blob: tx.puts[from].blob})
}

// put grafts the file into the tree, so that what is read from now on has it.
func (tx *Tx) put(file string, p put) error {
	root, err := grafter{tx.folder, tx.fresh.add}.graft(tx.tree, file, p.hash)
	if err != nil {
		return err
	}
	tx.puts[file] = p
	tx.Snapshot = tx.Snapshot.withTree(root)
	return nil
}

// NextPattern is the ID of the customer's next entry.
func (tx *Tx) NextPattern(a casefile.Account) (casefile.PatternID, error) {
	listed, err := tx.list(casefile.PatternsDir(a))
	highest := 0
	for _, e := range listed {
		if id, err := strconv.Atoi(e.Name); err == nil {
			highest = max(highest, id)
		}
	}
	return casefile.PatternID(highest + 1), err
}

// FreeKey is the key of a case received now from an endpoint.
func (tx *Tx) FreeKey(a casefile.Account, endpoint string) (casefile.Key, error) {
	var failed error
	key := casefile.NewKey(tx.now, endpoint, func(k casefile.Key) bool {
		there, err := tx.has((&casefile.Case{Account: a, Key: k}).Path())
		failed = errors.Join(failed, err)
		return there && err == nil
	})
	return key, failed
}

// hashAt is the content at a path, ZeroHash where there is none.
func (s *Snapshot) hashAt(file string) (plumbing.Hash, error) {
	at, err := s.find(file)
	if errors.Is(err, ErrNotFound) {
		return plumbing.ZeroHash, nil
	}
	return at.Hash, err
}

// content is what a file shall hold.
func (tx *Tx) content(p put) (io.ReadCloser, error) {
	if p.blob != nil {
		return p.blob.open()
	}
	if _, data, ok := tx.fresh.get(p.hash); ok {
		return io.NopCloser(bytes.NewReader(data)), nil
	}
	in, _, err := tx.objects.stream(p.hash)
	return in, err
}
