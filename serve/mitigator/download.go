package mitigator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"casebook/casefile"
)

const (
	tries   = 3                // whole downloads before the pattern counts as corrupted
	stalled = 60 * time.Second // without a byte
)

var errCorrupted = errors.New("the bytes are not those of the pattern")

func (m *mitigator) absolute(name string) string {
	return filepath.Join(m.folder, filepath.FromSlash(name))
}

// fetch brings the bytes of an entry to their place and gives their digest. With
// errCorrupted the digest is that of the bytes the server had instead.
func (m *mitigator) fetch(ctx context.Context, e entry) (casefile.Digest, error) {
	if got, err := m.hash(e.place()); err == nil && got == e.File.SHA256 {
		return got, nil
	}
	if err := m.dir.MkdirAll(e.folder(), 0o700); err != nil {
		return "", err
	}
	for try := 1; ; try++ {
		if err := m.download(ctx, e); err != nil {
			return "", err
		}
		got, err := m.hash(e.part())
		if err != nil {
			return "", err
		}
		if got == e.File.SHA256 {
			return got, m.rename(e.part(), e.folder(), e.place())
		}
		if err := m.dir.Remove(e.part()); err != nil {
			return "", err
		}
		m.Log.Warn("wrong bytes", "pattern", e.ID, "sha256", got, "try", try)
		if try == tries {
			return got, errCorrupted
		}
		m.servers.distrust() // what is damaged there may be whole elsewhere
	}
}

func (m *mitigator) hash(name string) (casefile.Digest, error) {
	f, err := m.dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return casefile.Digest(hex.EncodeToString(h.Sum(nil))), err
}

// download fills the part, from where it broke off if the server lets us. Without an
// error the answer has come to its end, be the bytes right or wrong.
func (m *mitigator) download(ctx context.Context, e entry) error {
	f, err := m.dir.OpenFile(e.part(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil || have == e.File.Size {
		return err
	}
	r, stop, err := m.open(ctx, e, have)
	if err != nil {
		return err
	}
	defer stop()
	defer r.Body.Close()
	if have, err = start(f, r, have); err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(r.Body, e.File.Size-have+1))
	if err != nil {
		return fmt.Errorf("download cut after %d of %d bytes: %w", have+n, e.File.Size, errors.Join(err, f.Sync()))
	}
	return f.Sync()
}

// open asks for the bytes from have on. The request is given up when no byte arrives for
// a while; stop ends that watch.
func (m *mitigator) open(ctx context.Context, e entry, have int64) (*http.Response, func(), error) {
	at, err := url.Parse(e.File.URL)
	if err != nil || at.Scheme != "" || at.Host != "" || !strings.HasPrefix(at.Path, "/") {
		return nil, nil, fmt.Errorf("file URL %q: not on the server", e.File.URL)
	}
	header := http.Header{"Accept-Encoding": {"identity"}}
	if have > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		header.Set("If-Range", fmt.Sprintf(`"sha256:%s"`, e.File.SHA256))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	watch := time.AfterFunc(stalled, func() { cancel(errors.New("stalled")) })
	stop := func() { watch.Stop(); cancel(nil) }
	var r *http.Response
	err = m.servers.try(ctx, func(server *url.URL) (err error) {
		watch.Reset(stalled)
		r, err = m.begin(ctx, server.JoinPath(at.Path), header)
		return err
	})
	if err != nil {
		stop()
		return nil, nil, err
	}
	r.Body = moving{r.Body, watch}
	return r, stop, nil
}

// begin asks one server; an answer without the bytes is an error.
func (m *mitigator) begin(ctx context.Context, at *url.URL, header http.Header) (*http.Response, error) {
	r, err := m.ask(ctx, http.MethodGet, at, header, nil)
	if err != nil {
		return nil, err
	}
	switch r.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return r, nil
	}
	defer r.Body.Close()
	return nil, m.refusal(r)
}

// moving is a body that puts off the watch with every byte.
type moving struct {
	io.ReadCloser
	watch *time.Timer
}

func (b moving) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.watch.Reset(stalled)
	}
	return n, err
}

// start places f where the body of the answer belongs.
func start(f *os.File, r *http.Response, have int64) (int64, error) {
	switch r.StatusCode {
	case http.StatusPartialContent:
		if strings.HasPrefix(r.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)) {
			return have, nil
		}
	case http.StatusOK:
		_, err := f.Seek(0, io.SeekStart)
		return 0, errors.Join(err, f.Truncate(0))
	}
	return 0, errors.Join(fmt.Errorf("answer %s to a range from %d", r.Status, have), f.Truncate(0))
}
