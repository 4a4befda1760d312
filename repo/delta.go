package repo

import (
	"errors"
	"slices"
)

// errDelta says that a delta is not one of its base.
var errDelta = errors.New("a damaged delta")

// applyDelta makes an object of another, in the memory of made where that is enough: a delta
// holds both sizes, and then says what to copy from the base and what to take from itself.
func applyDelta(made, base, delta []byte) ([]byte, error) {
	from, delta, err := deltaSize(delta)
	if err != nil || from != len(base) {
		return nil, errDelta
	}
	to, delta, err := deltaSize(delta)
	if err != nil || to > largeObject {
		return nil, errors.Join(err, errNotHere)
	}
	made = slices.Grow(made[:0], to)
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		var piece []byte
		if op&0x80 != 0 {
			piece, delta, err = copied(base, op, delta)
		} else {
			piece, delta, err = inserted(int(op), delta)
		}
		if err != nil || len(made)+len(piece) > to {
			return nil, errDelta
		}
		made = append(made, piece...)
	}
	if len(made) != to {
		return nil, errDelta
	}
	return made, nil
}

func deltaSize(delta []byte) (size int, rest []byte, err error) {
	for i, b := range delta {
		if i > 7 {
			break
		}
		size |= int(b&0x7f) << (7 * i)
		if b&0x80 == 0 {
			return size, delta[i+1:], nil
		}
	}
	return 0, nil, errDelta
}

// copied is a piece of the base. Of its offset and size only the bytes that are not zero
// follow, and the op's bits say which; a size of zero means 64 KiB.
func copied(base []byte, op byte, delta []byte) (piece, rest []byte, err error) {
	var number [7]int
	for i := range number {
		if op&(1<<i) == 0 {
			continue
		}
		if len(delta) == 0 {
			return nil, nil, errDelta
		}
		number[i], delta = int(delta[0]), delta[1:]
	}
	at := number[0] | number[1]<<8 | number[2]<<16 | number[3]<<24
	size := number[4] | number[5]<<8 | number[6]<<16
	if size == 0 {
		size = 1 << 16
	}
	if at > len(base) || size > len(base)-at {
		return nil, nil, errDelta
	}
	return base[at : at+size], delta, nil
}

// inserted is a piece of the delta itself.
func inserted(size int, delta []byte) (piece, rest []byte, err error) {
	if size == 0 || size > len(delta) {
		return nil, nil, errDelta
	}
	return delta[:size], delta[size:], nil
}
