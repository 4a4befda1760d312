package repo

import (
	"bytes"
	"errors"
	"io"
)

// What every zip file begins with, and what stands at its end, with a comment of up to
// 64 KiB behind it.
var (
	zipFirst = []byte("PK\x03\x04")
	zipLast  = []byte("PK\x05\x06")
)

const zipEnd = 22 + 1<<16 - 1

// CheckZip reports whether a file has a zip file's beginning and end. Its directory is not
// read: forensic data is encrypted, and the directory may be as well.
func CheckZip(file io.ReaderAt, size int64) error {
	first := make([]byte, len(zipFirst))
	if _, err := file.ReadAt(first, 0); err != nil || !bytes.Equal(first, zipFirst) {
		return errors.New("not a zip file")
	}
	last := make([]byte, min(size, zipEnd))
	if _, err := file.ReadAt(last, size-int64(len(last))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.Contains(last, zipLast) {
		return errors.New("a zip file that was cut short")
	}
	return nil
}
