package repo

import (
	"bytes"
	"encoding/binary"
)

// Version 4 of the index writes of each name only what differs from the name before it: how many bytes
// to take off its end, and what to put there. In memory every entry has its whole name.

// widenEntry takes the first entry off an index of version 4.
func widenEntry(b []byte, before []byte) (wideEntry, []byte, error) {
	if len(b) < entryFixed+2 {
		return nil, nil, errIndexCut
	}
	fixed := wideEntry(b).fixed()
	off, n := stripLength(b[fixed:])
	suffix := b[fixed+n:]
	end := bytes.IndexByte(suffix, 0)
	if n == 0 || off > len(before) || end < 0 {
		return nil, nil, errIndexCut
	}
	length := len(before) - off + end
	e := make([]byte, 0, fixed+length+8)
	e = append(e, b[:fixed]...)
	e = append(e, before[:len(before)-off]...)
	e = append(e, suffix[:end]...)
	flags := wideEntry(b).flags()&^flagNameLength | uint16(min(length, flagNameLength))
	binary.BigEndian.PutUint16(e[entryFlags:], flags)
	return padded(e), suffix[end+1:], nil
}

// narrow is the entry as version 4 writes it after the name before.
func (e wideEntry) narrow(before []byte) []byte {
	name := e.name()
	same := 0
	for same < min(len(before), len(name)) && before[same] == name[same] {
		same++
	}
	b := append([]byte{}, e[:e.fixed()]...)
	b = appendStripLength(b, len(before)-same)
	b = append(b, name[same:]...)
	return append(b, 0)
}

// stripLength reads git's number of seven-bit groups, most significant first, each continued group
// standing for one more than it says. n is how many bytes it took, 0 if it is broken.
func stripLength(b []byte) (value, n int) {
	for n < min(len(b), 4) {
		c := b[n]
		n++
		value = value<<7 + int(c&127)
		if c&128 == 0 {
			return value, n
		}
		value++
	}
	return 0, 0
}

func appendStripLength(b []byte, value int) []byte {
	groups := []byte{byte(value & 127)}
	for value >>= 7; value > 0; value >>= 7 {
		value--
		groups = append(groups, 128|byte(value&127))
	}
	for i := len(groups) - 1; i >= 0; i-- {
		b = append(b, groups[i])
	}
	return b
}
