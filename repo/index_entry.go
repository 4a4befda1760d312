package repo

import (
	"bytes"
	"encoding/binary"
	"os"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// indexEntry is what the index says about one path.
type indexEntry struct {
	Path            string
	Mode            filemode.FileMode
	Hash            plumbing.Hash
	AssumeUnchanged bool
	SkipWorktree    bool
	IntentToAdd     bool
}

// wideEntry is one entry as versions 2 and 3 write it: stat data, hash, flags, the whole name, and one to
// eight zeros up to a multiple of eight.
type wideEntry []byte

const (
	entryMode  = 24
	entryHash  = 40
	entryFlags = 60
	entryFixed = 62 // two more when extended

	flagAssumeUnchanged = 0x8000
	flagExtended        = 0x4000
	flagStage           = 0x3000
	flagNameLength      = 0x0fff

	extendedSkipWorktree = 0x4000
	extendedIntentToAdd  = 0x2000
)

func (e wideEntry) flags() uint16 { return binary.BigEndian.Uint16(e[entryFlags:]) }

func (e wideEntry) extended() uint16 {
	if e.flags()&flagExtended == 0 {
		return 0
	}
	return binary.BigEndian.Uint16(e[entryFixed:])
}

func (e wideEntry) mode() filemode.FileMode {
	return filemode.FileMode(binary.BigEndian.Uint32(e[entryMode:]))
}

func (e wideEntry) hash() plumbing.Hash { return plumbing.Hash(e[entryHash : entryHash+20]) }

// name is the path, not copied.
func (e wideEntry) name() []byte {
	name := e[e.fixed():]
	if length := int(e.flags() & flagNameLength); length < flagNameLength {
		return name[:length]
	}
	return name[:bytes.IndexByte(name, 0)]
}

func (e wideEntry) fixed() int {
	if e.flags()&flagExtended != 0 {
		return entryFixed + 2
	}
	return entryFixed
}

func (e wideEntry) decode() indexEntry {
	return indexEntry{
		Path:            string(e.name()),
		Mode:            e.mode(),
		Hash:            e.hash(),
		AssumeUnchanged: e.flags()&flagAssumeUnchanged != 0,
		SkipWorktree:    e.extended()&extendedSkipWorktree != 0,
		IntentToAdd:     e.extended()&extendedIntentToAdd != 0,
	}
}

// lasting are the marks a person set on the path, which survive new content: the flags, and the
// extended flags above them.
func (e wideEntry) lasting() uint32 {
	return uint32(e.flags()&flagAssumeUnchanged) | uint32(e.extended()&extendedSkipWorktree)<<16
}

// newWideEntry is the entry for c, with the stat data git would record.
func newWideEntry(c indexChange, lasting uint32) wideEntry {
	flags := uint16(lasting) | uint16(min(len(c.path), flagNameLength))
	if lasting>>16 != 0 {
		flags |= flagExtended
	}
	e := appendStat(make([]byte, 0, entryFixed+len(c.path)+10), c.stat, c.mode)
	e = append(e, c.hash[:]...)
	e = binary.BigEndian.AppendUint16(e, flags)
	if lasting>>16 != 0 {
		e = binary.BigEndian.AppendUint16(e, uint16(lasting>>16))
	}
	return padded(append(e, c.path...))
}

// appendStat writes the ten numbers an entry begins with, each cut to 32 bits as git does.
func appendStat(e []byte, info os.FileInfo, mode filemode.FileMode) []byte {
	s := systemStat(info)
	mtime := info.ModTime()
	for _, n := range []uint32{
		uint32(s.changed.Unix()), uint32(s.changed.Nanosecond()),
		uint32(mtime.Unix()), uint32(mtime.Nanosecond()),
		s.dev, s.ino, uint32(mode), s.uid, s.gid, uint32(info.Size()),
	} {
		e = binary.BigEndian.AppendUint32(e, n)
	}
	return e
}

// fileStat is what the index records of a file beyond its size and the time it was written.
type fileStat struct {
	changed            time.Time
	dev, ino, uid, gid uint32
}

func padded(e []byte) wideEntry { return append(e, make([]byte, 8-len(e)%8)...) }

// cutEntry takes the first entry off an index of version 2 or 3.
func cutEntry(b []byte) (wideEntry, []byte, error) {
	if len(b) < entryFixed+2 {
		return nil, nil, errIndexCut
	}
	fixed := wideEntry(b).fixed()
	length := int(wideEntry(b).flags() & flagNameLength)
	if length == flagNameLength {
		length = bytes.IndexByte(b[fixed:], 0)
	}
	size := (fixed + length + 8) &^ 7
	if length < 0 || size > len(b) || b[fixed+length] != 0 {
		return nil, nil, errIndexCut
	}
	return b[:size:size], b[size:], nil
}
