package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
)

// TestEveryShapeOfRepository lives a case in each: what git says afterwards is the proof.
func TestEveryShapeOfRepository(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T) *book
	}{
		{"plain", func(t *testing.T) *book { return newBook(t) }},
		{"bare", func(t *testing.T) *book { return newBareBook(t) }},
		{"linked work tree", func(t *testing.T) *book {
			dir := filepath.Join(t.TempDir(), "linked")
			newBook(t).git("worktree", "add", "-q", "-b", "side/branch", dir)
			return reopen(t, dir)
		}},
		{"work tree of a bare repository", func(t *testing.T) *book {
			dir := filepath.Join(t.TempDir(), "linked")
			newBareBook(t).git("worktree", "add", "-q", "-b", "side", dir)
			return reopen(t, dir)
		}},
		{"per-worktree configuration", func(t *testing.T) *book {
			b := newBook(t)
			b.git("config", "extensions.worktreeConfig", "true")
			b.git("config", "--worktree", "core.bare", "false")
			return reopen(t, b.Root())
		}},
		{"packed refs", func(t *testing.T) *book { b := newBook(t); b.git("pack-refs", "--all", "--prune"); return b }},
		{"after gc", func(t *testing.T) *book { b := newBook(t); b.git("gc", "-q", "--prune=now"); return b }},
		{"index version 4", func(t *testing.T) *book { b := newBook(t); b.git("update-index", "--index-version=4"); return b }},
		{"borrowed objects", func(t *testing.T) *book {
			dir := filepath.Join(t.TempDir(), "borrower")
			newBook(t).git("clone", "-q", "--shared", ".", dir)
			return reopen(t, dir)
		}},
		{"shallow", func(t *testing.T) *book {
			dir := filepath.Join(t.TempDir(), "shallow")
			b := newBook(t)
			b.receive("ws-001")
			b.git("clone", "-q", "--depth=1", "file://"+b.Root(), dir)
			return reopen(t, dir)
		}},
		{"branch with a slash", func(t *testing.T) *book { b := newBook(t); b.git("switch", "-qc", "a/b/c"); return b }},
		{"branch without a commit", func(t *testing.T) *book {
			return furnish(t, must(Open(newOracle(t).dir, "", testEnv)))
		}},
		{"git's file in place of its folder", func(t *testing.T) *book {
			dir, gitDir := t.TempDir(), filepath.Join(t.TempDir(), "elsewhere")
			o := newOracle(t)
			o.dir = dir
			o.git("init", "-q", "-b", "main", "--separate-git-dir", gitDir)
			return furnish(t, must(Open(dir, "", testEnv)))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, "git")
			b := test.make(t)
			ref := b.uploaded(b.receive("ws-017"))
			closed := b.close(ref, "done")
			b.sound()
			expect(t, "tip", b.git("rev-parse", "HEAD"), closed.Commit)
			s := must(b.Snapshot(""))
			defer s.Close()
			expect(t, "problems", must(s.Validate()).Error(), "")
			expect(t, "cases", must(s.Cases("acme"))[0].Status, casefile.CaseClosed)
			if log := must(s.Log(0)); len(log) < 2 {
				t.Errorf("log of %d commits", len(log))
			}
		})
	}
}

// reopen is the casebook that is in dir already.
func reopen(t testing.TB, dir string) *book { return &book{t, must(Open(dir, "", testEnv))} }

func TestOpenRefusesWhatItWouldMisread(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		soil func(o *oracle)
		want string
	}{
		{"another object format", func(o *oracle) {
			o.git("config", "core.repositoryFormatVersion", "1")
			o.git("config", "extensions.objectFormat", "sha256")
		}, "object format sha256 is not supported"},
		{"another ref storage", func(o *oracle) {
			o.git("config", "core.repositoryFormatVersion", "1")
			o.git("config", "extensions.refStorage", "reftable")
		}, "ref storage reftable is not supported"},
		{"a partial clone", func(o *oracle) { o.git("config", "extensions.partialClone", "origin") },
			"a partial clone, whose files are fetched only when git needs them, is not supported"},
		{"a later format", func(o *oracle) { o.git("config", "core.repositoryFormatVersion", "2") },
			"repository format 2 is not supported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := newOracle(t)
			test.soil(o)
			_, err := Open(o.dir, "", testEnv)
			var unsupported *Unsupported
			if !errors.Is(err, ErrUnsupported) || !errors.As(err, &unsupported) || unsupported.Hint == "" {
				t.Fatalf("got %v", err)
			}
			expect(t, "error", strings.TrimPrefix(err.Error(), filepath.Join(o.dir, ".git")+": "), test.want)
		})
	}
}

func TestOpenFindsTheRepositoryFromBelow(t *testing.T) {
	b := newBook(t)
	below := filepath.Join(b.Root(), "customers", "acme")
	expect(t, "root", must(Open(below, "", testEnv)).Root(), b.Root())
	expect(t, "root from inside .git", must(Open(b.gitDir, "", testEnv)).Root(), b.Root())
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		if _, err := Open(dir, "", testEnv); err == nil {
			t.Errorf("opened %s", dir)
		}
	}
}

func TestPlainConditions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(t *testing.T) error
		want error
	}{
		{"no repository", func(t *testing.T) error { _, err := Open(t.TempDir(), "", testEnv); return err }, ErrNoCasebook},
		{"a repository without a casebook", func(t *testing.T) error {
			o := newOracle(t)
			o.commit("empty")
			_, err := must(Open(o.dir, "", testEnv)).Book()
			return err
		}, ErrNoCasebook},
		{"no commit", func(t *testing.T) error {
			_, err := must(Init(t.TempDir(), testEnv)).Snapshot("")
			return err
		}, ErrNoCommit},
		{"tip of no commit", func(t *testing.T) error {
			_, err := must(Init(t.TempDir(), testEnv)).Tip("main")
			return err
		}, ErrNoCommit},
		{"no such branch", func(t *testing.T) error { _, err := newBook(t).Tip("nowhere"); return err }, ErrNotFound},
		{"no such commit", func(t *testing.T) error { _, err := newBook(t).Snapshot("abcdef12"); return err }, ErrNotFound},
		{"a revision of odd characters", func(t *testing.T) error { _, err := newBook(t).Snapshot("a b\x00..\n"); return err }, ErrNotFound},
		{"before the first commit", func(t *testing.T) error { _, err := newBook(t).Snapshot("main~1"); return err }, ErrNotFound},
		{"detached", func(t *testing.T) error {
			b := newBook(t)
			b.git("checkout", "-q", "--detach")
			_, err := b.try("nothing", func(*Tx) error { return nil })
			return err
		}, ErrDetached},
		{"a merge under way", func(t *testing.T) error {
			b := newBook(t)
			must(0, os.WriteFile(filepath.Join(b.gitDir, "MERGE_HEAD"), []byte(must(b.Tip("main"))), 0o666))
			_, err := b.try("nothing", func(*Tx) error { return nil })
			return err
		}, ErrUnfinished},
		{"nobody to commit", func(t *testing.T) error {
			b := newBook(t)
			r := must(Open(b.Root(), "", func(string) string { return "" }))
			r.config = &config{}
			_, err := r.Change(t.Context(), How{Now: testNow}, nil)
			return err
		}, ErrNoAuthor},
		{"a folder inside another repository", func(t *testing.T) error {
			_, err := Init(filepath.Join(newBook(t).Root(), "inside"), testEnv)
			if err == nil {
				t.Error("made a casebook in a casebook")
			}
			return ErrBusy
		}, ErrBusy},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := test.do(t); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestInitIsGitsOwn(t *testing.T) {
	b := newBook(t)
	b.sound()
	expect(t, "branch", b.git("symbolic-ref", "HEAD"), "refs/heads/main")
	again := must(Init(b.Root(), testEnv))
	expect(t, "root", again.Root(), b.Root())
	expect(t, "branch to publish", must(again.Book()).Branch, "main")
}

func TestABranchCheckedOutElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	dir := filepath.Join(t.TempDir(), "linked")
	b.git("worktree", "add", "-q", "-b", "side", dir)
	_, err := b.Change(t.Context(), How{Now: testNow, Branch: "side"}, func(tx *Tx) (Message, error) {
		_, err := receive(tx, "acme", "ws-017")
		return Message{Subject: "receive"}, err
	})
	if err == nil || !strings.Contains(err.Error(), "checked out in another work tree") {
		t.Errorf("got %v", err)
	}
}
