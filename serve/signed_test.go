package serve

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

// newKey makes a key pair and returns its file and its public half.
func newKey(t testing.TB) (file, public string) {
	t.Helper()
	need(t, "ssh-keygen")
	file = filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	line, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return file, strings.TrimSpace(string(line))
}

func TestOnlySignedCommitsArePublishedWhereTheyAreDemanded(t *testing.T) {
	b := newBook(t)
	janes, jane := newKey(t)
	servers, server := newKey(t)
	signed := []string{"-c", "gpg.format=ssh", "-c", "commit.gpgsign=true", "-c", "user.signingkey=" + janes}
	commit := func(with []string, file, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(b.dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b.git("add", "-A")
		b.git(append(with, "commit", "-qm", "by hand")...)
		return b.git("rev-parse", "HEAD")
	}
	s := b.serve()
	look := func() string { s.publisher.look(context.Background()); return s.current.Load().commit }
	commit(signed, casefile.SignersFile, "t@t.example "+jane+"\n"+serverEmail+" "+server+"\n")
	book := b.text(&casefile.Book{}) + "signatures: required\n"
	good := commit(signed, casefile.BookFile, book)
	if got := look(); got != good {
		t.Fatalf("published %s, want %s: %+v", got, good, s.found.Load().refused)
	}
	bad := commit(nil, "README.md", "unsigned")
	if got := look(); got != good {
		t.Errorf("published %s", got)
	}
	if r := s.found.Load().refused; r == nil || r.commit != bad || r.problems[0].Rule != casefile.RuleSignature {
		t.Errorf("refused %+v", r)
	}
	commit(signed, "README.md", "signed, on top of it")
	if got := look(); got != good {
		t.Errorf("published %s, which has an unsigned commit below", got)
	}
	if got := b.serve().current.Load(); got == nil || got.commit != good {
		t.Errorf("after a restart: published %+v", got)
	}
	b.git("reset", "-q", "--hard", good)
	commit(nil, casefile.BookFile, strings.ReplaceAll(book, "required", "optional"))
	for when, got := range map[string]string{"running": look(), "after a restart": b.serve().current.Load().commit} {
		if got != good {
			t.Errorf("%s: published %s, which takes the demand away unsigned", when, got)
		}
	}
	b.git("reset", "-q", "--hard", good)
	key, err := repo.ReadSigningKey(servers, "")
	if err != nil {
		t.Fatal(err)
	}
	s.publisher.key, s.recorder.key = key, key
	r := s.send("POST", "/v1/cases?endpoint=ws-017", acmeToken, zipOf("the sample"))
	if r.StatusCode != 201 {
		t.Fatalf("intake: %d %s", r.StatusCode, bodyOf(r))
	}
	tip, err := b.repo.Tip("main")
	if err != nil || look() != tip {
		t.Errorf("published %s, want the server's own %s: %+v", look(), tip, s.found.Load().refused)
	}
	if who := b.git("log", "-1", "--format=%ae %ce"); who != "tm-01@acme.mitigators.invalid serve@casebook.invalid" {
		t.Errorf("by %s", who)
	}
}

func TestADemandOutlivesTheCommitThatMadeIt(t *testing.T) {
	b := newBook(t)
	janes, jane := newKey(t)
	base := b.git("rev-parse", "HEAD")
	commit := func(with []string, file, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(b.dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b.git("add", "-A")
		b.git(append(with, "commit", "-qm", "by hand")...)
		return b.git("rev-parse", "HEAD")
	}
	signed := []string{"-c", "gpg.format=ssh", "-c", "commit.gpgsign=true", "-c", "user.signingkey=" + janes}
	book := b.text(&casefile.Book{})
	commit(signed, casefile.SignersFile, "t@t.example "+jane+"\n")
	good := commit(signed, casefile.BookFile, book+"signatures: required\n")
	s := b.serve()
	if got := s.current.Load(); got == nil || got.commit != good {
		t.Fatalf("published %+v", got)
	}
	b.git("reset", "-q", "--hard", base)
	bad := commit(nil, "README.md", "another history, in which nothing is demanded")
	b.git("reflog", "expire", "--expire=now", "--all")
	b.git("gc", "-q", "--prune=now")
	s.publisher.look(context.Background())
	if got := s.current.Load().commit; got != good {
		t.Errorf("running: published %s", got)
	}
	again := b.serve()
	if got := again.current.Load(); got != nil {
		t.Errorf("after a restart: published %s", got.commit)
	}
	if r := again.found.Load().refused; r == nil || r.commit != bad || !strings.Contains(r.problems[0].Text, good+", is gone") {
		t.Errorf("after a restart: refused %+v", r)
	}
	if err := os.Remove(b.repo.State().PublishedFile()); err != nil {
		t.Fatal(err)
	}
	if got := b.serve().current.Load(); got == nil || got.commit != bad {
		t.Errorf("after somebody said that it is right: published %+v", got)
	}
}

// Who may push tags may not be who may push to the branch.
func TestARefNamedLikeACommitIsNotTakenForIt(t *testing.T) {
	b := newBook(t)
	janes, jane := newKey(t)
	commit := func(with []string, file, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(b.dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b.git("add", "-A")
		b.git(append(with, "commit", "-qm", "by hand")...)
		return b.git("rev-parse", "HEAD")
	}
	signed := []string{"-c", "gpg.format=ssh", "-c", "commit.gpgsign=true", "-c", "user.signingkey=" + janes}
	commit(signed, casefile.SignersFile, "t@t.example "+jane+"\n")
	good := commit(signed, casefile.BookFile, b.text(&casefile.Book{})+"signatures: required\n")
	s := b.serve()
	bad := commit(nil, "README.md", "unsigned")
	for _, kind := range []string{"refs/tags/", "refs/heads/", "refs/remotes/"} {
		b.git("update-ref", kind+good, bad)
		s.publisher.settled = ""
		s.publisher.look(context.Background())
		if got := s.current.Load().commit; got != good {
			t.Errorf("with %s%s: published %s", kind, good, got)
		}
		if got := b.serve().current.Load().commit; got != good {
			t.Errorf("with %s%s: published %s after a restart", kind, good, got)
		}
		b.git("update-ref", "-d", kind+good)
	}
}

// Which branch is published says casebook.yaml at HEAD, which nobody has judged when a server starts.
func TestADemandHoldsOnTheBranchThatAnUnsignedCommitNames(t *testing.T) {
	b := newBook(t)
	janes, jane := newKey(t)
	commit := func(with []string, file, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(b.dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b.git("add", "-A")
		b.git(append(with, "commit", "-qm", "by hand")...)
		return b.git("rev-parse", "HEAD")
	}
	signed := []string{"-c", "gpg.format=ssh", "-c", "commit.gpgsign=true", "-c", "user.signingkey=" + janes}
	book := b.text(&casefile.Book{})
	commit(signed, casefile.SignersFile, "t@t.example "+jane+"\n")
	good := commit(signed, casefile.BookFile, book+"signatures: required\n")
	b.serve()
	other := strings.Replace(book, "branch: main", "branch: other", 1)
	commit(nil, casefile.BookFile, other)
	b.git("checkout", "-q", "--orphan", "other")
	bad := commit(nil, "README.md", "unsigned, and without a history in which anything was demanded")
	b.git("checkout", "-q", "main")
	s := b.serve()
	if got := s.current.Load(); got == nil || got.commit != good {
		t.Errorf("published %+v", got)
	}
	if r := s.found.Load().refused; r == nil || r.commit != bad {
		t.Errorf("refused %+v", r)
	}
	b.git("reset", "-q", "--hard", good)
	better := commit(signed, "README.md", "signed")
	s.publisher.look(context.Background())
	if got := s.current.Load(); got == nil || got.commit != better {
		t.Errorf("the branch from before is not gone on with: published %+v", got)
	}
	b.git("branch", "-D", "-q", "other")
	b.git("checkout", "-qb", "other")
	renamed := commit(signed, casefile.BookFile, other+"signatures: required\n")
	if got := b.serve().current.Load(); got == nil || got.commit != renamed {
		t.Errorf("a branch renamed with a signature: published %+v", got)
	}
}
