package repo

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
)

// Git's objects are small and many: to read a history or a whole commit is mostly to inflate. A library
// spends its time on getting ready for data that comes in pieces and may be endless. Here all of it is
// there, and how long it becomes is known. What this reader refuses is read once more by go-git.

// errDeflate says that data is not deflated, or does not become as long as was said.
var errDeflate = errors.New("damaged deflated data")

// inflater inflates one object after the other.
type inflater struct {
	in        []byte
	at        int    // of the first byte of in that is not in bits
	bits      uint64 // those that come next, the first of them lowest
	count     uint   // of bits
	literals  huffman
	distances huffman
	lengths   [286 + 30]uint8 // of the codes of both
}

// inflate fills out with what in holds in zlib's form, RFC 1950, and checks that it is all. There may be more
// behind it.
func (u *inflater) inflate(out, in []byte) error {
	const deflate, preset = 8, 1 << 5
	if len(in) < 2 || in[0]&15 != deflate || in[1]&preset != 0 || binary.BigEndian.Uint16(in)%31 != 0 {
		return errDeflate
	}
	ok := u.blocks(out, in[2:])
	if rest := u.in[u.at:]; !ok || len(rest) < 4 || binary.BigEndian.Uint32(rest) != adler32.Checksum(out) {
		return errDeflate
	}
	return nil
}

// blocks fills out with the blocks that in begins with, RFC 1951. Where there is more than room for, out is
// full, and it is false.
func (u *inflater) blocks(out, in []byte) bool {
	u.in, u.at, u.bits, u.count = in, 0, 0, 0
	n := 0
	for last := false; !last; {
		head, ok := u.take(3)
		if !ok {
			return false
		}
		last = head&1 != 0
		if n, ok = u.block(head>>1, out, n); !ok {
			return false
		}
	}
	u.giveBack()
	return n == len(out)
}

// block inflates one block to where n bytes are filled already.
func (u *inflater) block(kind uint, out []byte, n int) (int, bool) {
	switch kind {
	case 0:
		return u.stored(out, n)
	case 1:
		return u.coded(out, n, &fixedLiterals, &fixedDistances)
	case 2:
		if u.codes() {
			return u.coded(out, n, &u.literals, &u.distances)
		}
	}
	return n, false
}

// stored copies a block that is not deflated.
func (u *inflater) stored(out []byte, n int) (int, bool) {
	u.giveBack()
	rest := u.in[u.at:]
	if len(rest) < 4 {
		return n, false
	}
	size := int(binary.LittleEndian.Uint16(rest))
	if size^0xffff != int(binary.LittleEndian.Uint16(rest[2:])) || size > len(rest)-4 {
		return n, false
	}
	u.at += 4 + size
	done := copy(out[n:], rest[4:4+size])
	return n + done, done == size
}

// coded inflates a block of symbols: bytes, and copies of what was there already.
func (u *inflater) coded(out []byte, n int, literals, distances *huffman) (int, bool) {
	const end = 256
	for {
		s := u.symbol(literals)
		if s < end {
			if s < 0 || n == len(out) {
				return n, false
			}
			out[n] = byte(s)
			n++
			continue
		}
		if s == end {
			return n, true
		}
		length, back := u.match(s-end-1, distances)
		room := len(out) - n
		if length == 0 || back > n {
			return n, false
		}
		fits := length <= room
		length = min(length, room)
		for from := n - back; length > 0; { // what is copied may reach into the copy
			done := copy(out[n:n+length], out[from:n])
			n, length = n+done, length-done
		}
		if !fits {
			return n, false
		}
	}
}

// The length of a copy is the shortest of its symbol and as much more as the bits behind it say.
var (
	shortestOf = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	moreBitsOf = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
)

// match is how long a copy is and how far back it begins; length is 0 where there is none.
func (u *inflater) match(s int, distances *huffman) (length, back int) {
	if s >= len(shortestOf) {
		return 0, 0
	}
	more, ok := u.take(uint(moreBitsOf[s]))
	d := u.symbol(distances)
	if !ok || d < 0 || d > 29 {
		return 0, 0
	}
	back = d + 1
	if d >= 4 { // each two symbols take one bit more than the two before
		bits := uint(d/2 - 1)
		far, ok := u.take(bits)
		if !ok {
			return 0, 0
		}
		back = (2+d&1)<<bits + int(far) + 1
	}
	return int(shortestOf[s]) + int(more), back
}

// take is the next bits as a number.
func (u *inflater) take(n uint) (uint, bool) {
	if u.count < n {
		if u.refill(); u.count < n {
			return 0, false
		}
	}
	taken := uint(u.bits & (1<<n - 1))
	u.bits >>= n
	u.count -= n
	return taken, true
}

// refill takes as many bytes into bits as there is room for.
func (u *inflater) refill() {
	if len(u.in)-u.at >= 8 {
		// The bits above count are those of the byte at u.at, which the next refill puts there once more.
		u.bits |= binary.LittleEndian.Uint64(u.in[u.at:]) << u.count
		u.at += int(63-u.count) / 8
		u.count |= 56
		return
	}
	for ; u.count <= 56 && u.at < len(u.in); u.at++ {
		u.bits |= uint64(u.in[u.at]) << u.count
		u.count += 8
	}
}

// giveBack drops the bits that end the byte in use, and gives back the bytes that were not.
func (u *inflater) giveBack() {
	u.at -= int(u.count / 8)
	u.bits, u.count = 0, 0
}

var fixedLiterals, fixedDistances = fixedCodes()

// fixedCodes are those of blocks that bring none.
func fixedCodes() (literals, distances huffman) {
	var lengths [288]uint8
	for s := range lengths {
		switch {
		case s < 144:
			lengths[s] = 8
		case s < 256:
			lengths[s] = 9
		case s < 280:
			lengths[s] = 7
		default:
			lengths[s] = 8
		}
	}
	literals.build(lengths[:])
	for s := range 32 {
		lengths[s] = 5
	}
	distances.build(lengths[:32])
	return literals, distances
}
