package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
	"casebook/serve/console"
)

const (
	acmeToken   = "acme-tm-01-token"
	secondToken = "acme-tm-02-token"
	oldToken    = "acme-revoked-token"
	zenithToken = "zenith-tm-01-token"
)

var today = casefile.At(time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC))

// book is a casebook of two customers in a temporary folder.
type book struct {
	testing.TB
	dir  string
	repo *repo.Repo
}

func digestOf(s string) casefile.Digest {
	sum := sha256.Sum256([]byte(s))
	return casefile.Digest(hex.EncodeToString(sum[:]))
}

// emptyBook is a repository without a commit. Tests with one spend their time waiting for
// the disk, so they run side by side.
func emptyBook(t testing.TB) *book {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	dir := t.TempDir()
	r, err := repo.Init(dir, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	return &book{t, dir, r}
}

func newBook(t testing.TB) *book {
	t.Helper()
	b := emptyBook(t)
	b.begin()
	return b
}

func noEnv(string) string { return "" }

// begin commits the customers and their mitigators.
func (b *book) begin() string {
	b.Helper()
	return b.commit(
		&casefile.Book{Format: 1, Branch: "main"},
		&casefile.Customer{Account: "acme", Company: "Acme Ltd"},
		registered("acme", "tm-01", acmeToken),
		registered("acme", "tm-02", secondToken),
		&casefile.Mitigator{Account: "acme", Name: "tm-03", TokenSHA256: digestOf(oldToken), Added: today, Revoked: today},
		&casefile.Customer{Account: "zenith", Company: "Zenith"},
		registered("zenith", "tm-01", zenithToken))
}

func registered(a casefile.Account, n casefile.Name, token string) *casefile.Mitigator {
	return &casefile.Mitigator{Account: a, Name: n, TokenSHA256: digestOf(token), Added: today}
}

func (b *book) change(branch string, do func(*repo.Tx) error) string {
	b.Helper()
	how := repo.How{Branch: branch, Now: today.Time(), By: &repo.Signature{Name: "Jane Doe", Email: "jane@acme.example"}}
	c, err := b.repo.Change(b.Context(), how, func(tx *repo.Tx) (repo.Message, error) {
		return repo.Message{Subject: "test", Verb: "test"}, do(tx)
	})
	if err != nil {
		b.Fatal(err)
	}
	return c.Commit
}

func (b *book) commit(recs ...casefile.Record) string {
	b.Helper()
	return b.change("", func(tx *repo.Tx) error { return tx.Put(recs...) })
}

func (b *book) receive(a casefile.Account, endpoint string) *casefile.Case {
	b.Helper()
	ref := casefile.CaseRef{Account: a, Key: casefile.NewKey(today, endpoint, func(casefile.Key) bool { return false })}
	c := ref.Receive(endpoint, "tm-01", casefile.Forensics{File: endpoint + ".zip", Size: 3, SHA256: digestOf("zip")}, today)
	b.commit(c)
	return c
}

// upload makes the next custom pattern entry of a case.
func (b *book) upload(c *casefile.Case, name, content string) *casefile.Pattern {
	b.Helper()
	return b.add(c, name, content, func(id casefile.PatternID, by casefile.Stamp) (*casefile.Pattern, error) {
		return c.Upload(id, casefile.Bandage, "6.123.45", "for "+c.Endpoint, casefile.File{Name: name, Size: int64(len(content)), SHA256: digestOf(content)}, by)
	})
}

// specify makes the next entry of a case, without a file.
func (b *book) specify(c *casefile.Case, kind casefile.Type) *casefile.Pattern {
	b.Helper()
	return b.add(c, "", "", func(id casefile.PatternID, by casefile.Stamp) (*casefile.Pattern, error) {
		if kind == casefile.None {
			return c.None(id, "false alarm", by)
		}
		return c.Specify(id, kind, "15.001.00", "for all", by)
	})
}

func (b *book) add(c *casefile.Case, name, content string, entry func(casefile.PatternID, casefile.Stamp) (*casefile.Pattern, error)) *casefile.Pattern {
	b.Helper()
	var p *casefile.Pattern
	b.change("", func(tx *repo.Tx) error {
		id, err := tx.NextPattern(c.Account)
		if err != nil {
			return err
		}
		if p, err = entry(id, tx.Stamp()); err != nil {
			return err
		}
		if name != "" {
			blob, err := b.repo.Take(b.Context(), strings.NewReader(content), int64(len(content)), nil)
			if err != nil {
				return err
			}
			b.Cleanup(func() { blob.Close() }) // after the commit, which takes the bytes
			if err := tx.PutBlob(p.FilePath(), blob); err != nil {
				return err
			}
		}
		return tx.Put(p, c)
	})
	return p
}

// git runs the git program in the casebook.
func (b *book) git(words ...string) string {
	b.Helper()
	need(b, "git")
	c := exec.Command("git", append([]string{"-C", b.dir, "-c", "user.name=t", "-c", "user.email=t@t.example"}, words...)...)
	out, err := c.CombinedOutput()
	if err != nil {
		b.Fatalf("git %s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// force commits a file as it is, past all checks.
func (b *book) force(name, content string) string {
	b.Helper()
	need(b, "git")
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o644); err != nil {
		b.Fatal(err)
	}
	return b.forceAll()
}

func (b *book) forceAll() string {
	b.Helper()
	b.git("add", "-A")
	b.git("commit", "-qm", "forced")
	return b.git("rev-parse", "HEAD")
}

func (b *book) text(rec casefile.Record) string {
	b.Helper()
	data, err := os.ReadFile(filepath.Join(b.dir, rec.Path()))
	if err != nil {
		b.Fatal(err)
	}
	return string(data)
}

// service is a server without listeners or watching.
type service struct {
	*book
	*publisher
	recorder *recorder
	api      http.Handler
	console  http.Handler
	log      *bytes.Buffer
}

func (b *book) serve() *service {
	b.Helper()
	s := &service{book: b, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	now := func() time.Time { return today.Time() }
	if err := os.MkdirAll(b.repo.State().Dir(), 0o700); err != nil {
		b.Fatal(err)
	}
	j, err := openJournal(filepath.Join(b.repo.State().Dir(), "journal"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { j.close() })
	s.publisher = newPublisher(b.repo, "", log, now)
	if s.recorder, err = newRecorder(b.repo, j, log, now); err != nil {
		b.Fatal(err)
	}
	s.api = described(b.TB, (&api{publisher: s.publisher, recorder: s.recorder, forensics: &forensics{publisher: s.publisher, limit: 1 << 20}}).routes(), false)
	s.console = described(b.TB, s.operations().routes(), true)
	s.look(context.Background())
	return s
}

func (s *service) operations() *operations {
	return newOperations(s.publisher, s.recorder, console.New(s.source(context.Background(), s.recorder)), "")
}

// ask asks as a mitigator; headers are "Name: value".
func (s *service) ask(method, path, token string, headers ...string) *http.Response {
	return s.send(method, path, token, "", headers...)
}

func (s *service) send(method, path, token, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		r.Body = http.NoBody
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	return w.Result()
}

// report hands in a receipt.
func (s *service) report(token string, id casefile.PatternID, body string) *http.Response {
	return s.send(http.MethodPost, fmt.Sprintf("/v1/patterns/%d/receipts", id), token, body, "Content-Type: application/json")
}

func (s *service) admin(path string) (int, string) {
	w := httptest.NewRecorder()
	s.console.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
	return w.Code, w.Body.String()
}

func bodyOf(r *http.Response) string {
	data, _ := io.ReadAll(r.Body)
	return string(data)
}

// isProblem checks that an answer is a problem document of a kind.
func isProblem(t testing.TB, r *http.Response, status int, word string) {
	t.Helper()
	body := bodyOf(r)
	if r.StatusCode != status || r.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, `"type":"urn:casebook:problem:`+word+`"`) {
		t.Errorf("%d %s %q, want problem %d %s", r.StatusCode, r.Header.Get("Content-Type"), body, status, word)
	}
}
