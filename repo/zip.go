package repo

import (
	"bytes"
	"errors"
	"io"
)

// zipTail is as far from its end as a zip file's directory record can begin: 22 bytes and a comment.
const zipTail = 22 + 1<<16 - 1

// CheckZip refuses what is no zip file, or one cut short. It looks at both ends and not between, where
// forensic data is encrypted, and perhaps its directory, too.
func CheckZip(r io.ReaderAt, size int64) error {
	head := make([]byte, 4)
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if string(head) != "PK\x03\x04" {
		return errors.New("not a zip file")
	}
	tail := make([]byte, min(size, zipTail))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return err
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < 22 {
		return errors.New("a zip file cut short")
	}
	return nil
}
