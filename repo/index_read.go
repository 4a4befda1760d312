package repo

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

var errIndexCut = errors.New("the index ends too early")

const (
	indexHeader = 12
	indexSum    = 20
)

// parse finds the entries and the extensions in an index file of version 2, 3 or 4.
func (x *index) parse(data []byte) error {
	if len(data) < indexHeader+indexSum || string(data[:4]) != "DIRC" {
		return errors.New("this is no git index")
	}
	if err := checkIndexSum(data); err != nil {
		return err
	}
	x.version = binary.BigEndian.Uint32(data[4:])
	if x.version < 2 || x.version > 4 {
		return fmt.Errorf("index version %d is unknown", x.version)
	}
	count := binary.BigEndian.Uint32(data[8:])
	body, err := x.parseEntries(data[indexHeader:len(data)-indexSum], count)
	if err != nil {
		return err
	}
	return x.parseExtensions(body)
}

// checkIndexSum lets a checksum of zeros pass: git writes it with index.skipHash.
func checkIndexSum(data []byte) error {
	said := data[len(data)-indexSum:]
	if bytes.Equal(said, make([]byte, indexSum)) {
		return nil
	}
	if sum := sha1.Sum(data[:len(data)-indexSum]); !bytes.Equal(said, sum[:]) {
		return errors.New("the index is damaged: its checksum does not fit")
	}
	return nil
}

// parseEntries reads the entries in one scan and returns what follows them.
func (x *index) parseEntries(b []byte, count uint32) ([]byte, error) {
	if int(count) > len(b)/entryFixed {
		return nil, errIndexCut
	}
	x.entries = make([]wideEntry, 0, count)
	var before []byte
	for range count {
		e, rest, err := x.parseEntry(b, before)
		if err != nil {
			return nil, err
		}
		if err := e.check(x.version, before); err != nil {
			return nil, err
		}
		x.entries = append(x.entries, e)
		before, b = e.name(), rest
	}
	return b, nil
}

func (x *index) parseEntry(b []byte, before []byte) (e wideEntry, rest []byte, err error) {
	if x.version == 4 {
		return widenEntry(b, before)
	}
	return cutEntry(b)
}

// check refuses what we could not write back or would misread.
func (e wideEntry) check(version uint32, before []byte) error {
	switch {
	case e.flags()&flagExtended != 0 && version < 3:
		return fmt.Errorf("%s: an extended entry in an index of version 2", e.name())
	case e.flags()&flagStage != 0:
		return fmt.Errorf("%s: %w", e.name(), ErrUnmerged)
	case e.mode() == filemode.Dir:
		return errSparseIndex
	case len(e.name()) == 0:
		return errSplitIndex // where an entry that replaces another has no name
	case bytes.Compare(e.name(), before) <= 0:
		return fmt.Errorf("%s: the index is not in order", e.name())
	}
	return nil
}

var (
	errSparseIndex = &Unsupported{"a sparse index", "git sparse-checkout reapply --no-sparse-index"}
	errSplitIndex  = &Unsupported{"a split index", "git update-index --no-split-index"}
)

// parseExtensions keeps what stays right. The others with a capital are caches that git makes anew;
// those without may not be ignored.
func (x *index) parseExtensions(b []byte) error {
	for len(b) > 0 {
		if len(b) < 8 || int(binary.BigEndian.Uint32(b[4:])) > len(b)-8 {
			return errIndexCut
		}
		name, whole := string(b[:4]), b[:8+binary.BigEndian.Uint32(b[4:])]
		b = b[len(whole):]
		switch {
		case name == "TREE":
			x.tree = parseCacheTree(whole[8:])
		case name == "REUC":
			x.kept = append(x.kept, whole...)
		case name == "link":
			return errSplitIndex
		case name == "sdir":
			return errSparseIndex
		case name[0] < 'A' || name[0] > 'Z':
			return &Unsupported{fmt.Sprintf("the index extension %q", name), "git read-tree HEAD"}
		}
	}
	return nil
}
