package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"casebook/casefile"
)

// journal is the file of receipts that were answered and are not yet committed, one line
// of JSON each. A line is durable before its receipt is answered. A server that was
// killed in the middle of a line never answered that receipt, so the torn line is dropped.
type journal struct {
	path  string
	f     *os.File
	lines []line
	size  int64
	torn  bool         // a write failed half-way and could not be taken back
	renew func() error // makes sure that no other server has the folder; nil where nobody else could
}

// line is one receipt and what it is about.
type line struct {
	Account   casefile.Account   `json:"account"`
	Pattern   casefile.PatternID `json:"pattern"`
	Mitigator casefile.Name      `json:"mitigator"`
	casefile.Receipt
}

func (l line) delivery() *casefile.Delivery {
	return &casefile.Delivery{Account: l.Account, Pattern: l.Pattern, Mitigator: l.Mitigator}
}

// about reports whether two lines belong into one delivery.
func (l line) about(other line) bool {
	return l.Account == other.Account && l.Pattern == other.Pattern && l.Mitigator == other.Mitigator
}

func openJournal(path string) (*journal, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	j := &journal{path: path}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	for number := 1; int(j.size) < len(whole); number++ {
		end := bytes.IndexByte(whole[j.size:], '\n') + 1
		var l line
		if err := json.Unmarshal(whole[j.size:][:end], &l); err != nil {
			return nil, fmt.Errorf("%s:%d: not a receipt: %w", path, number, err)
		}
		j.lines = append(j.lines, l)
		j.size += int64(end)
	}
	if j.f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if err := j.f.Truncate(j.size); err != nil {
		return nil, errors.Join(err, j.f.Close())
	}
	return j, syncFolder(path)
}

// append makes a line durable.
func (j *journal) append(l line) error {
	data, err := json.Marshal(l)
	if err == nil && (j.torn || !j.inPlace()) {
		err = j.drop(0)
	}
	if err != nil {
		return err
	}
	n, err := j.f.WriteAt(append(data, '\n'), j.size)
	if err == nil {
		err = j.f.Sync()
	}
	if err != nil {
		j.torn = j.f.Truncate(j.size) != nil
		return err
	}
	j.size += int64(n)
	j.lines = append(j.lines, l)
	return nil
}

// inPlace reports whether what is open is the file that a restarted server will read. It is
// not when the state folder was removed, or renamed away with its repository.
func (j *journal) inPlace() bool {
	open, err := j.f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(j.path)
	return err == nil && os.SameFile(named, open)
}

// ours makes sure that the folder is ours: where the repository was replaced, another server may be there.
func (j *journal) ours() error {
	if j.renew == nil {
		return nil
	}
	return j.renew()
}

// drop forgets the first n lines, which are committed: a new file takes the journal's
// place at once, with the lines that came since.
func (j *journal) drop(n int) error {
	if err := j.ours(); err != nil {
		return err
	}
	rest := slices.Clone(j.lines[n:])
	var kept bytes.Buffer
	for _, l := range rest {
		data, err := json.Marshal(l)
		if err != nil {
			return err
		}
		kept.Write(append(data, '\n'))
	}
	beside := j.path + ".new"
	if err := writeSynced(beside, kept.Bytes()); err != nil {
		return err
	}
	// Windows renames over no open file. Until the journal is open again, what is
	// reported is refused, not lost.
	j.f.Close()
	err := os.Rename(beside, j.path)
	if err == nil {
		j.lines, j.size, j.torn = rest, int64(kept.Len()), false
	}
	f, opening := os.OpenFile(j.path, os.O_WRONLY, 0o600)
	j.f = f
	return errors.Join(err, opening, syncFolder(j.path))
}

func writeSynced(path string, data []byte) error {
	// One folder and none above it: where the whole repository is gone, whoever brings
	// another must find its place empty.
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path) // it would take room where there is none
	}
	return err
}

func (j *journal) close() error { return j.f.Close() }

// syncFolder makes the name of a file durable; Windows cannot sync a folder.
func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
