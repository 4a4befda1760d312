package cmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
)

func outFlag(what string) cli.Flag {
	return &cli.StringFlag{Name: "o", Usage: "write the " + what + " to `FILE`, - for stdout; its own name in this folder where absent"}
}

// saveFile writes bytes out under their own name or the one -o says. The file appears only
// when it is whole and its digest right, and takes no other file's place.
func (c *call) saveFile(ctx context.Context, src io.Reader, name string, size int64, want casefile.Digest) error {
	target, err := c.free(name)
	if err != nil {
		return err
	}
	if target == "" {
		return c.copyChecked(ctx, c.Stdout, src, name, size, want)
	}
	part, err := os.CreateTemp(filepath.Dir(target), ".casebook-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	err = c.copyChecked(ctx, part, src, name, size, want)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	err = os.Link(part.Name(), target) // unlike Rename, never takes a file's place
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrExist):
		return thereAlready(target)
	}
	return os.Rename(part.Name(), target)
}

// free is where to save a file of that name, if nothing stands there; "" is stdout.
func (c *call) free(name string) (string, error) {
	if c.String("o") == "-" {
		return "", nil
	}
	target := c.path(name)
	if o := c.String("o"); o != "" {
		target = c.path(o)
	}
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		target = filepath.Join(target, name)
	}
	if _, err := os.Lstat(target); err == nil {
		return "", thereAlready(target)
	}
	if info, err := os.Stat(filepath.Dir(target)); err != nil || !info.IsDir() {
		return "", failed(fmt.Sprintf("%s: no such folder", filepath.Dir(target)))
	}
	return target, nil
}

func thereAlready(target string) error {
	return refused(fmt.Sprintf("%s is there already", target), "name another file with -o, or remove it")
}

// copyChecked copies bytes that are known by their digest.
func (c *call) copyChecked(ctx context.Context, dst io.Writer, src io.Reader, name string, size int64, want casefile.Digest) error {
	moved, done := c.progress("saving "+name, size)
	defer done()
	hash := sha256.New()
	buf := make([]byte, 1<<20)
	for total := int64(0); ; {
		n, err := src.Read(buf)
		total += int64(n)
		hash.Write(buf[:n])
		if _, werr := dst.Write(buf[:n]); werr != nil {
			return werr
		}
		moved(total)
		switch {
		case errors.Is(err, io.EOF):
			if got := hex.EncodeToString(hash.Sum(nil)); got != string(want) {
				return failed(fmt.Sprintf("%s: the bytes are damaged: SHA-256 %s, and %s was recorded", name, got, want))
			}
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}
