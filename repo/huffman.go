package repo

// huffman is a Huffman code as deflated data has it: the lengths of the codes say all.
type huffman struct {
	short   [1 << shortCode]uint16  // by the next bits: a symbol and the length of its code; 0 where it is longer, or none
	counts  [longestCode + 1]uint16 // how many codes there are of a length
	symbols [288]uint16             // in the order of their codes
}

const (
	longestCode = 15
	shortCode   = 9 // as in most libraries: longer codes are rare
)

// build makes the code in which a symbol has a code of the length given for it, 0 for none. It refuses a
// code in which more than one symbol has been promised bits that nothing begins with, as zlib does.
func (h *huffman) build(lengths []uint8) bool {
	h.counts = [longestCode + 1]uint16{}
	for _, l := range lengths {
		h.counts[l]++
	}
	h.counts[0] = 0
	var at [longestCode + 2]uint16
	free := 1
	for l := 1; l <= longestCode; l++ {
		free = 2*free - int(h.counts[l])
		if free < 0 {
			return false
		}
		at[l+1] = at[l] + h.counts[l]
	}
	if all := at[longestCode+1]; free > 0 && (all > 1 || all != h.counts[1]) {
		return false
	}
	for symbol, l := range lengths {
		if l != 0 {
			h.symbols[at[l]] = uint16(symbol)
			at[l]++
		}
	}
	h.tabulate()
	return true
}

// tabulate fills the table of short codes. Their first bit is the lowest of its index, so that a table for
// codes one bit longer begins as twice the same.
func (h *huffman) tabulate() {
	clear(h.short[:])
	code, next, size := uint(0), 0, 1
	for l := 1; l <= shortCode; l++ {
		copy(h.short[size:2*size], h.short[:size])
		size *= 2
		for range h.counts[l] {
			h.short[code] = h.symbols[next]<<4 | uint16(l)
			next++
			bit := uint(1) << (l - 1)
			for ; code&bit != 0; bit >>= 1 { // the next code: one more, in a number whose lowest bit comes first
				code ^= bit
			}
			code |= bit
		}
	}
}

// symbol is the next symbol; -1 where there is none.
func (u *inflater) symbol(h *huffman) int {
	if u.count < longestCode {
		u.refill()
	}
	e := h.short[u.bits&(1<<shortCode-1)]
	if l := uint(e & 15); e != 0 && l <= u.count {
		u.bits >>= l
		u.count -= l
		return int(e >> 4)
	}
	return u.longSymbol(h)
}

// longSymbol goes through the lengths: the codes of each follow on from those of the one before.
func (u *inflater) longSymbol(h *huffman) int {
	code, first, before := 0, 0, 0
	for l := uint(1); l <= min(longestCode, u.count); l++ {
		code = code<<1 | int(u.bits>>(l-1)&1)
		first <<= 1
		n := int(h.counts[l])
		if code < first+n {
			u.bits >>= l
			u.count -= l
			return int(h.symbols[before+code-first])
		}
		first, before = first+n, before+n
	}
	return -1
}

// lengthsOrder is the order in which the lengths of the code for lengths stand: the rare ones last, to be left out.
var lengthsOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codes reads the codes of a block that brings its own. Their lengths are written in a code themselves.
func (u *inflater) codes() bool {
	head, ok := u.take(14)
	literals, all := int(head&31)+257, int(head&31)+257+int(head>>5&31)+1
	if !ok || literals > 286 || all-literals > 30 {
		return false
	}
	clear(u.lengths[:19])
	for _, i := range lengthsOrder[:head>>10+4] {
		l, _ := u.take(3)
		u.lengths[i] = uint8(l)
	}
	if !u.literals.build(u.lengths[:19]) {
		return false
	}
	for i := 0; i < all; {
		l, times := u.length(i)
		if times == 0 || i+times > all {
			return false
		}
		for range times {
			u.lengths[i] = l
			i++
		}
	}
	const end = 256
	return u.lengths[end] != 0 && u.literals.build(u.lengths[:literals]) && u.distances.build(u.lengths[literals:all])
}

// length is the next length of a code, and how often it stands there; times is 0 where there is none.
func (u *inflater) length(i int) (l uint8, times int) {
	s := u.symbol(&u.literals)
	more, ok := uint(0), true
	switch {
	case s >= 0 && s < 16:
		return uint8(s), 1
	case s == 16 && i > 0: // the last again
		l = u.lengths[i-1]
		more, ok = u.take(2)
		times = 3
	case s == 17:
		more, ok = u.take(3)
		times = 3
	case s == 18:
		more, ok = u.take(7)
		times = 11
	}
	if !ok {
		return 0, 0
	}
	return l, times + int(more)
}
