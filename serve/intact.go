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

// intact remembers which evidence was found to have its digest, so that gigabytes are
// hashed before they are first handed out, and not each time.
type intact struct{ files sync.Map } // casefile.Digest → os.FileInfo

func (k *intact) check(ctx context.Context, content *os.File, data casefile.Forensics) error {
	info, err := content.Stat()
	if err != nil {
		return err
	}
	if known, ok := k.files.Load(data.SHA256); ok {
		if was := known.(os.FileInfo); os.SameFile(was, info) && was.ModTime().Equal(info.ModTime()) && was.Size() == info.Size() {
			return nil
		}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, &cancelled{ctx, io.NewSectionReader(content, 0, info.Size())}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != string(data.SHA256) || info.Size() != data.Size {
		return fmt.Errorf("the forensic data is damaged: SHA-256 %s, and %s was recorded", got, data.SHA256)
	}
	k.files.Store(data.SHA256, info)
	return nil
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
