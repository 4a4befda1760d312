package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

// zipOf is what passes for an encrypted zip: its beginning and its end.
func zipOf(content string) string {
	return "PK\x03\x04" + content + "PK\x05\x06" + strings.Repeat("\x00", 18)
}

// handIn posts forensic data of an endpoint.
func (s *service) handIn(token, endpoint, body string, headers ...string) *http.Response {
	return s.send(http.MethodPost, "/v1/cases?endpoint="+url.QueryEscape(endpoint), token, body, headers...)
}

// receivedIn is the case an answer names.
func receivedIn(t testing.TB, r *http.Response, status int) received {
	t.Helper()
	body := bodyOf(r)
	var got received
	if err := json.Unmarshal([]byte(body), &got); err != nil || r.StatusCode != status {
		t.Fatalf("%d %s, want %d", r.StatusCode, body, status)
	}
	return got
}

// nothingOnTheWay checks that no half upload is left in the state folder.
func (b *book) nothingOnTheWay() {
	b.Helper()
	left, err := os.ReadDir(filepath.Join(b.repo.State().Dir(), "incoming"))
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
		b.Errorf("left on the way: %v %v", left, err)
	}
}

func (b *book) tip() *repo.Snapshot {
	b.Helper()
	s, err := b.repo.Snapshot("main")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func TestForensicDataBecomesACase(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("ws-017")
	answer := s.handIn(acmeToken, "ws-017", data, "Content-Type: application/zip", "Content-Disposition: attachment; filename=\"sample.zip\"",
		"Content-Digest: "+reprDigest(digestOf(data)))
	if at := answer.Header.Get("Location"); at != "/v1/cases/20261123-ws-017" {
		t.Errorf("Location %q", at)
	}
	got := receivedIn(t, answer, http.StatusCreated)
	want := received{"acme", "20261123-ws-017", "ws-017", today, "sample.zip", int64(len(data)), digestOf(data)}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	tip := b.tip()
	of := &casefile.Case{Account: "acme", Key: got.Case}
	if err := tip.Get(of); err != nil || of.Status != casefile.NewCaseReceived || of.MitigationServer != "tm-01" || of.ForensicData.SHA256 != digestOf(data) {
		t.Errorf("%+v %v", of, err)
	}
	log, err := tip.Log(1)
	if err != nil || log[0].Author != "tm-01 (acme) <tm-01@acme.mitigators.invalid>" || !strings.HasPrefix(log[0].Message, "case receive acme/20261123-ws-017\n") {
		t.Errorf("%+v %v", log, err)
	}
	kept, err := os.ReadFile(b.repo.State().Path(repo.Forensics, digestOf(data)))
	if err != nil || string(kept) != data {
		t.Errorf("kept %q, %v", kept, err)
	}
	b.nothingOnTheWay()
	s.look(t.Context())
	if s.found.Load().refused != nil {
		t.Errorf("the server refuses its own commit: %v", s.found.Load().refused.problems)
	}
}

func TestTheSameHandedInAgainIsTheSameCase(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("the same")
	first := receivedIn(t, s.handIn(acmeToken, "ws-017", data), 201)
	commit := b.tip().Commit()
	if again := receivedIn(t, s.handIn(acmeToken, "ws-017", data), 200); again != first {
		t.Errorf("again: %+v", again)
	}
	restarted := b.serve()
	if again := receivedIn(t, restarted.handIn(acmeToken, "ws-017", data), 200); again != first {
		t.Errorf("after a restart: %+v", again)
	}
	if b.tip().Commit() != commit {
		t.Error("there is a second commit")
	}
	for _, other := range []struct {
		name, token, endpoint, data string
		key                         casefile.Key
	}{
		{"other bytes", acmeToken, "ws-017", zipOf("other"), "20261123-ws-017-2"},
		{"another mitigator", secondToken, "ws-017", data, "20261123-ws-017-3"},
		{"an endpoint with the same slug", acmeToken, "WS 017", data, "20261123-ws-017-4"},
		{"an endpoint whose name goes on", acmeToken, "ws-017-2", data, "20261123-ws-017-2-2"},
		{"another customer", zenithToken, "ws-017", data, "20261123-ws-017"},
	} {
		for _, status := range []int{201, 200} {
			if got := receivedIn(t, s.handIn(other.token, other.endpoint, other.data), status); got.Case != other.key {
				t.Errorf("%s: %s, want %s", other.name, got.Case, other.key)
			}
		}
	}
	b.nothingOnTheWay()
}

func TestACaseAPersonReceivedIsKnown(t *testing.T) {
	b := newBook(t)
	data := zipOf("by hand")
	ref := casefile.CaseRef{Account: "acme", Key: "20261123-ws-017"}
	b.commit(ref.Receive("ws-017", "tm-01", casefile.Forensics{File: "a.zip", Size: int64(len(data)), SHA256: digestOf(data)}, today))
	s := b.serve()
	if got := receivedIn(t, s.handIn(acmeToken, "ws-017", data), 200); got.Case != ref.Key || got.File != "a.zip" {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(b.repo.State().Path(repo.Forensics, digestOf(data))); err != nil {
		t.Errorf("the bytes that were missing here are still: %v", err)
	}
}

func TestTheSameAtTheSameTimeIsOneCase(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("at once")
	status := make([]int, 8)
	var all sync.WaitGroup
	for i := range status {
		all.Go(func() { status[i] = s.handIn(acmeToken, "ws-017", data).StatusCode })
	}
	all.Wait()
	slices.Sort(status)
	if !slices.Equal(status, []int{200, 200, 200, 200, 200, 200, 200, 201}) {
		t.Errorf("answers %v", status)
	}
	if cases, err := b.tip().Cases("acme"); err != nil || len(cases) != 1 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
}

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
	f := newBook(t).serve()
	take := &forensics{publisher: f.publisher}
	for _, c := range []struct {
		err  error
		want *Problem
	}{
		{&os.PathError{Op: "write", Path: "/state/x", Err: syscall.ENOSPC}, &storageFull},
		{fmt.Errorf("index.lock: %w", repo.ErrBusy), &busy},
		{repo.ErrLostRace, &busy},
		{context.DeadlineExceeded, &busy},
		{errors.New("a riddle"), &internal},
	} {
		if got := problemOf(take.cannotChange(c.err)); *got != *c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

func TestContentDigest(t *testing.T) {
	d := digestOf("x")
	right := reprDigest(d)
	for _, c := range []struct {
		fields []string
		want   casefile.Digest
		wrong  bool
	}{
		{nil, "", false},
		{[]string{right}, d, false},
		{[]string{"sha-512=:AAAA:, " + right}, d, false},
		{[]string{"sha-512=:AAAA:", right}, d, false},
		{[]string{right + ";a=1"}, d, false},
		{[]string{"sha-512=:AAAA:"}, "", false},
		{[]string{""}, "", true},
		{[]string{right + ","}, "", true},
		{[]string{"sha-256"}, "", true},
		{[]string{"sha-256=AAAA"}, "", true},
		{[]string{"sha-256=:AAAA"}, "", true},
		{[]string{"sha-256=:AAAA:"}, "", true},
		{[]string{"sha-256=:!:"}, "", true},
		{[]string{right + "x"}, "", true},
		{[]string{"SHA-256" + right[7:]}, "", true},
	} {
		if got, err := contentDigest(c.fields); got != c.want || (err != nil) != c.wrong {
			t.Errorf("%q: %q %v", c.fields, got, err)
		}
	}
}
