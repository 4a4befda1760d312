package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"casebook/casefile"
)

// intact remembers which files were found to have their digest, so that gigabytes are
// hashed before they are first handed out, and not each time.
type intact struct{ files sync.Map } // casefile.Digest → os.FileInfo

func (k *intact) check(ctx context.Context, content *os.File, d casefile.Digest, size int64) error {
	info, err := content.Stat()
	if err != nil {
		return err
	}
	if k.knows(content, d) {
		return nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, &cancelled{ctx, io.NewSectionReader(content, 0, info.Size())}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != string(d) || info.Size() != size {
		return fmt.Errorf("damaged: SHA-256 %s, and %s was recorded", got, d)
	}
	k.files.Store(d, info)
	return nil
}

// knows reports whether the file had that digest when it was last looked at, and was not
// written to since.
func (k *intact) knows(content *os.File, d casefile.Digest) bool {
	known, ok := k.files.Load(d)
	info, err := content.Stat()
	if !ok || err != nil {
		return false
	}
	was := known.(os.FileInfo)
	return os.SameFile(was, info) && was.ModTime().Equal(info.ModTime()) && was.Size() == info.Size()
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	io.Reader
}

func (r *cancelled) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
