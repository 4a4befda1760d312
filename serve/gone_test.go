package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"casebook/repo"
)

// renamedAway renames the repository away, and gives the way back.
func (b *book) renamedAway() (back func()) {
	b.Helper()
	if err := os.Rename(b.dir, b.dir+"-away"); err != nil {
		b.Skip(err) // where open files hold their folder
	}
	return func() {
		b.Helper()
		if _, err := os.Lstat(b.dir); !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("something was put in its place: %v", err)
		}
		if err := os.Rename(b.dir+"-away", b.dir); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhileTheRepositoryIsGone(t *testing.T) {
	s, p, _ := procedure(t)
	applied := `{"event":"applied","sha256":"` + string(p.File.SHA256) + `"}`
	back := s.renamedAway()
	if code := s.ask("GET", "/v1/patterns", acmeToken).StatusCode; code != 200 {
		t.Errorf("the list: %d", code)
	}
	receipt, evidence := s.report(acmeToken, p.ID, applied), s.handIn(acmeToken, "ws-018", zipOf("x"))
	file := s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken)
	back()
	for what, r := range map[string]string{"a receipt": receipt.Header.Get("Retry-After"), "evidence": evidence.Header.Get("Retry-After")} {
		if r == "" {
			t.Errorf("%s: no Retry-After", what)
		}
	}
	isProblem(t, receipt, 503, "busy")
	isProblem(t, evidence, 503, "busy")
	isProblem(t, file, 503, "busy")
	if code := s.report(acmeToken, p.ID, applied).StatusCode; code != 202 {
		t.Errorf("the receipt, once it is back: %d", code)
	}
	receivedIn(t, s.handIn(acmeToken, "ws-018", zipOf("x")), 201)
}

// What is in the journal is safe, wherever the repository is.
func TestAReceiptIsTakenWhileTheRepositoryIsGoneAndItsStateIsElsewhere(t *testing.T) {
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", "the bytes")
	var err error
	if b.repo, err = repo.Open(b.dir, filepath.Join(t.TempDir(), "state"), noEnv); err != nil {
		t.Fatal(err)
	}
	s := b.serve()
	back := b.renamedAway()
	for _, status := range []int{202, 200} {
		if r := s.report(acmeToken, p.ID, `{"event":"applied","at":"2026-11-23T10:00:00Z","sha256":"`+string(p.File.SHA256)+`"}`); r.StatusCode != status {
			t.Errorf("%d %s, want %d", r.StatusCode, bodyOf(r), status)
		}
	}
	isProblem(t, s.handIn(acmeToken, "ws-018", zipOf("x")), 503, "busy")
	if err := s.recorder.deliver(t.Context()); err == nil {
		t.Error("delivered, and nothing is there")
	}
	back()
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := delivered(t, b.dir, p); got != " " { // one receipt, without an endpoint
		t.Errorf("delivered: %q", got)
	}
}

func TestAReceiptOnAFullDisk(t *testing.T) {
	s, p, _ := procedure(t)
	report := func(n int) string {
		return fmt.Sprintf(`{"event":"applied","endpoint":"ws-%d","sha256":"%s"}`, n, p.File.SHA256)
	}
	if r := s.report(acmeToken, p.ID, report(1)); r.StatusCode != 202 {
		t.Fatal(r.Status)
	}
	j := s.recorder.journal
	kept, err := os.ReadFile(j.path)
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	ours, at := j.f, j.path
	j.f, j.path = full, filepath.Join(t.TempDir(), "journal")
	if err := os.Symlink("/dev/full", j.path); err != nil {
		t.Fatal(err)
	}
	isProblem(t, s.report(acmeToken, p.ID, report(2)), 507, "storage-full")
	_ = full.Close()
	j.f, j.path, j.torn = ours, at, false
	if now, err := os.ReadFile(at); err != nil || string(now) != string(kept) || len(s.recorder.pending()) != 1 {
		t.Errorf("the journal has now %q", now)
	}
	if r := s.report(acmeToken, p.ID, report(2)); r.StatusCode != 202 {
		t.Errorf("with room again: %d", r.StatusCode)
	}
	if again := journalOf(t, at); len(again.lines) != 2 {
		t.Errorf("%d lines", len(again.lines))
	}
}
