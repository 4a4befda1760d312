package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"casebook/repo"

	"github.com/gofrs/flock"
)

func TestTheStateFolderOfAReplacedRepositoryIsTakenAgain(t *testing.T) {
	b := newBook(t)
	state := b.repo.State()
	ours, err := occupy(state)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.end()
	if err := ours.renew(); err != nil {
		t.Errorf("as it was: %v", err)
	}
	if err := os.Rename(b.dir, b.dir+"-away"); err != nil {
		t.Skip(err) // where open files hold their folder
	}
	if err := ours.renew(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("gone: %v", err)
	}
	if _, err := os.Lstat(b.dir); err == nil {
		t.Error("something was put in its place")
	}
	if _, err := repo.Init(b.dir, noEnv); err != nil {
		t.Fatal(err)
	}
	other, err := occupy(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.renew(); !errors.Is(err, ErrServing) {
		t.Errorf("another server has it: %v", err)
	}
	other.end()
	if err := ours.renew(); err != nil {
		t.Errorf("free again: %v", err)
	}
	if _, err := occupy(state); !errors.Is(err, ErrServing) {
		t.Errorf("another server, once it is ours: %v", err)
	}
}

func TestAServerTakesTheStateFolderThatHasThePlace(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	here := filepath.Join(t.TempDir(), "here")
	run(t, "git", "clone", "-q", b.dir, here)
	s := (&book{t, here, nil}).run(Config{Tick: time.Hour, Batch: 20 * time.Millisecond})
	defer s.stop()
	if err := os.Rename(here, here+"-away"); err != nil {
		t.Skip(err)
	}
	run(t, "git", "clone", "-q", b.dir, here)
	lock := filepath.Join(here, ".git", "casebook", "serve.lock")
	until(t, "it is locked", func() bool {
		if _, err := os.Stat(lock); err != nil {
			return false
		}
		l := flock.New(lock)
		free, err := l.TryLock()
		_ = l.Close()
		return err == nil && !free
	})
}

// Another server's journal is not written over.
func TestNoReceiptIsTakenWhereAnotherServerIs(t *testing.T) {
	s, p, _ := procedure(t)
	applied := `{"event":"applied","sha256":"` + string(p.File.SHA256) + `"}`
	j := s.recorder.journal
	if err := os.Rename(j.path, j.path+"-away"); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(j.path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	j.renew = func() error { return fmt.Errorf("here: %w", ErrServing) }
	isProblem(t, s.report(acmeToken, p.ID, applied), 503, "busy")
	if now, err := os.ReadFile(j.path); err != nil || string(now) != "theirs" {
		t.Errorf("their journal says %q", now)
	}
	if err := s.recorder.deliver(t.Context()); !errors.Is(err, ErrServing) {
		t.Errorf("delivered: %v", err)
	}
	j.renew = func() error { return nil }
	if r := s.report(acmeToken, p.ID, applied); r.StatusCode != 202 {
		t.Errorf("once it is gone: %s", r.Status)
	}
}
