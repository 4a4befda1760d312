package repo

import (
	"bytes"
	"encoding/binary"

	"github.com/go-git/go-git/v5/plumbing"
)

// findHash is the place of a hash among sorted ones that begin with the same byte. Hashes are spread evenly,
// so that the bytes behind it tell about where; and a number made of eight of them all but decides.
func findHash(sorted []byte, h plumbing.Hash) (int, bool) {
	const about = 24
	want := binary.BigEndian.Uint64(h[:])
	at := func(i int) uint64 { return binary.BigEndian.Uint64(sorted[20*i:]) }
	count := len(sorted) / 20
	guess := int(uint64(binary.BigEndian.Uint32(h[1:])) * uint64(count) >> 32)
	low, high := max(0, guess-about), min(count, guess+about)
	if low > 0 && at(low-1) >= want {
		low = 0
	}
	if high < count && at(high) < want {
		high = count
	}
	for low < high {
		if middle := (low + high) / 2; at(middle) < want {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for ; low < count && at(low) == want; low++ {
		if bytes.Equal(sorted[20*low:20*low+20], h[:]) {
			return low, true
		}
	}
	return 0, false
}
