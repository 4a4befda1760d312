package repo

import (
	"bytes"
	"encoding/binary"

	"github.com/go-git/go-git/v5/plumbing"
)

// findHash is the place of a hash among sorted ones that begin with the same byte. Hashes are spread evenly,
// so that the bytes behind it tell about where; from there it is sought in steps that grow, for it is near.
// Compared is a number made of eight bytes, which all but decides.
func findHash(sorted []byte, h plumbing.Hash) (int, bool) {
	want := binary.BigEndian.Uint64(h[:])
	below := func(i int) bool { return binary.BigEndian.Uint64(sorted[20*i:]) < want }
	count := len(sorted) / 20
	low := int(uint64(binary.BigEndian.Uint32(h[1:])) * uint64(count) >> 32)
	high := low
	for step := 4; low > 0 && !below(low-1); step *= 4 {
		high, low = low-1, max(0, low-step)
	}
	for step := 4; high < count && below(high); step *= 4 {
		low, high = high+1, min(count, high+step)
	}
	for low < high {
		if middle := (low + high) / 2; below(middle) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for at := 20 * low; at < len(sorted) && binary.BigEndian.Uint64(sorted[at:]) == want; at += 20 {
		if bytes.Equal(sorted[at:at+20], h[:]) {
			return at / 20, true
		}
	}
	return 0, false
}
