package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"casebook/repo"
)

func TestForensicDataThatIsRefused(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	tip := b.tip().Commit()
	data := zipOf("x")
	right := "/v1/cases?endpoint=ws-017"
	for _, c := range []struct {
		name, path, token, body string
		header                  string
		status                  int
		word                    string
	}{
		{"no token", right, "", data, "", 401, "unauthorized"},
		{"a revoked token", right, oldToken, data, "", 401, "unauthorized"},
		{"no endpoint", "/v1/cases", acmeToken, data, "", 400, "bad-request"},
		{"an empty endpoint", "/v1/cases?endpoint=", acmeToken, data, "", 400, "bad-request"},
		{"two endpoints", right + "&endpoint=b", acmeToken, data, "", 400, "bad-request"},
		{"an endpoint with a line break", "/v1/cases?endpoint=a%0Ab", acmeToken, data, "", 400, "bad-request"},
		{"an endpoint that is not UTF-8", "/v1/cases?endpoint=%ff", acmeToken, data, "", 400, "bad-request"},
		{"a query with a semicolon", right + ";x=1", acmeToken, data, "", 400, "bad-request"},
		{"an unknown parameter", right + "&filename=a.zip", acmeToken, data, "", 400, "bad-request"},
		{"a file name that leads out", right + "&file=..%2Fx.zip", acmeToken, data, "", 400, "bad-request"},
		{"a disposition that leads out", right, acmeToken, data, `Content-Disposition: attachment; filename="../x"`, 400, "bad-request"},
		{"a disposition that is none", right, acmeToken, data, "Content-Disposition: attachment; filename", 400, "bad-request"},
		{"a form", right, acmeToken, data, "Content-Type: multipart/form-data; boundary=x", 415, "unsupported-media"},
		{"an encoded body", right, acmeToken, data, "Content-Encoding: gzip", 415, "unsupported-media"},
		{"another digest", right, acmeToken, data, "Content-Digest: " + reprDigest(digestOf("y")), 422, "wrong-digest"},
		{"a digest in hexadecimal", right, acmeToken, data, "Content-Digest: sha-256=" + string(digestOf(data)), 400, "bad-request"},
		{"no bytes", right, acmeToken, "", "", 422, "not-a-zip"},
		{"no zip", right, acmeToken, "MZ executable", "", 422, "not-a-zip"},
		{"half a zip", right, acmeToken, "PK\x03\x04 and no end", "", 422, "not-a-zip"},
		{"too much", right, acmeToken, zipOf(strings.Repeat("x", 1<<20)), "", 413, "too-large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			isProblem(t, s.send(http.MethodPost, c.path, c.token, c.body, c.header), c.status, c.word)
		})
	}
	if b.tip().Commit() != tip {
		t.Error("something was committed")
	}
	if shelf, _ := os.ReadDir(filepath.Join(b.repo.State().Dir(), "forensics")); len(shelf) > 0 {
		t.Errorf("something was kept: %v", shelf)
	}
	b.nothingOnTheWay()
}

func TestBeforeTheFirstGoodCommitNothingIsTaken(t *testing.T) {
	s := emptyBook(t).serve()
	isProblem(t, s.handIn(acmeToken, "ws-017", zipOf("x")), 503, "not-published")
}

// torn is a body that breaks off.
type torn struct{ io.Reader }

func (b torn) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestABodyThatBreaksOffLeavesNothing(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	for name, body := range map[string]struct {
		io.Reader
		status int
		word   string
	}{
		"torn":                          {torn{strings.NewReader(zipOf("half"))}, 400, "bad-request"},
		"longer than was said, or told": {strings.NewReader(zipOf(strings.Repeat("x", 2<<20))), 413, "too-large"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1/cases?endpoint=ws-017", body.Reader)
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer "+acmeToken)
		w := httptest.NewRecorder()
		s.api.ServeHTTP(w, r)
		t.Log(name)
		isProblem(t, w.Result(), body.status, body.word)
		if w.Header().Get("Connection") != "close" {
			t.Error("the rest is waited for")
		}
	}
	b.nothingOnTheWay()
	if cases, err := b.tip().Cases("acme"); err != nil || len(cases) != 0 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
}

func TestACasebookThatCannotBeChangedNow(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("x")
	if err := os.WriteFile(filepath.Join(b.dir, "README.md"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.git("add", "README.md")
	answer := s.handIn(acmeToken, "ws-017", data)
	isProblem(t, answer, 503, "busy")
	if answer.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if _, err := os.Stat(b.repo.State().Path(repo.Forensics, digestOf(data))); err == nil {
		t.Error("evidence of no case was kept")
	}
	b.nothingOnTheWay()
	b.git("rm", "-q", "--cached", "README.md")
	receivedIn(t, s.handIn(acmeToken, "ws-017", data), 201)
}

func TestWhatKeepsTheCasebookFromChanging(t *testing.T) {
	for _, c := range []struct {
		err  error
		want *Problem
	}{
		{&os.PathError{Op: "write", Path: "/state/x", Err: syscall.ENOSPC}, &storageFull},
		{fmt.Errorf("index.lock: %w", repo.ErrBusy), &busy},
		{repo.ErrLostRace, &busy},
		{context.DeadlineExceeded, &busy},
		{&os.PathError{Op: "open", Path: "/x/.git", Err: syscall.ENOENT}, busy.because("the casebook cannot be reached on this server")},
		{errors.New("a riddle"), &internal},
	} {
		if got := problemOf(c.err); *got != *c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}
