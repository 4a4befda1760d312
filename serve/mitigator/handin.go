package mitigator

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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

// offer posts the file to a server, and gives the key of its case.
func (o *outbox) offer(ctx context.Context, f *os.File, name string) (key casefile.Key, err error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	err = o.servers.try(ctx, func(server *url.URL) (err error) {
		at := server.JoinPath("/v1/cases")
		at.RawQuery = queryFor(name).Encode()
		key, err = o.postZip(ctx, at, io.NewSectionReader(f, 0, info.Size()), sum.Sum(nil))
		return err
	})
	return key, err
}

// queryFor says in a request what the name of a file says.
func queryFor(name string) url.Values {
	endpoint, _, _ := strings.Cut(strings.TrimSuffix(name, filepath.Ext(name)), "--")
	query := url.Values{"endpoint": {endpoint}}
	if _, err := casefile.ParseFileName(name); err == nil {
		query.Set("file", name) // the server has a name for one that would not do
	}
	return query
}

// postZip sends the bytes, and gives up when none moves for a while.
func (o *outbox) postZip(ctx context.Context, at *url.URL, content *io.SectionReader, digest []byte) (casefile.Key, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stalled, func() { cancel(errors.New("stalled")) })
	defer watch.Stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), moving{io.NopCloser(content), watch})
	if err != nil {
		return "", err
	}
	r.ContentLength = content.Size()
	r.Header.Set("Content-Type", "application/zip")
	r.Header.Set("Content-Digest", fmt.Sprintf("sha-256=:%s:", base64.StdEncoding.EncodeToString(digest)))
	r.Header.Set("Expect", "100-continue") // a refusal need not wait for gigabytes
	answer, err := o.do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return "", o.refusal(answer)
	}
	var told struct{ Case string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(&told); err != nil {
		return "", fmt.Errorf("the answer to forensic data: %w", err)
	}
	return casefile.ParseKey(told.Case) // it becomes part of a file's name
}
