package repo

import (
	"bytes"
	"encoding/binary"

	"github.com/go-git/go-git/v5/plumbing"
)

// findHash is the place of a hash among sorted ones. Their first eight bytes are compared as a number, for
// that is quick, and all but decide.
func findHash(sorted []byte, h plumbing.Hash) (int, bool) {
	want := binary.BigEndian.Uint64(h[:])
	low, high := 0, len(sorted)/20
	for low < high {
		if middle := (low + high) / 2; binary.BigEndian.Uint64(sorted[20*middle:]) < want {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for at := 20 * low; at+20 <= len(sorted) && binary.BigEndian.Uint64(sorted[at:]) == want; at += 20 {
		if bytes.Equal(sorted[at:at+20], h[:]) {
			return at / 20, true
		}
	}
	return 0, false
}
