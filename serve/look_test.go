package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// orphan is a case that names a mitigator nobody registered: a record without a fault of
// its own, in a commit that must not be published.
func orphan(a casefile.Account) *casefile.Case {
	ref := casefile.CaseRef{Account: a, Key: "20261123-lost"}
	return ref.Receive("lost", "tm-99", casefile.Forensics{File: "lost.zip", Size: 3, SHA256: digestOf("lost")}, today)
}

func TestGoodThenBadThenGoodAgain(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	good := s.current.Load().commit

	bad := b.commit(orphan("acme"))
	s.look(t.Context())
	if got := s.current.Load().commit; got != good {
		t.Fatalf("serving %s, want the last good commit %s", got, good)
	}
	code, ready := s.admin("/readyz")
	if code != 200 || !strings.Contains(ready, "serving "+good) || !strings.Contains(ready, "refusing "+bad) {
		t.Errorf("/readyz %d %s", code, ready)
	}
	if _, status := s.admin("/status"); !strings.Contains(status, bad) || !strings.Contains(status, "unknown-record") || !strings.Contains(status, `"line":`) {
		t.Errorf("/status %s", status)
	}

	again := b.commit(registered("acme", "tm-99", "a fourth token"))
	s.look(t.Context())
	if got := s.current.Load().commit; got != again {
		t.Fatalf("serving %s, want %s", got, again)
	}
	if _, status := s.admin("/status"); strings.Contains(status, "refused") {
		t.Errorf("/status %s", status)
	}
}

func TestWhatALookLogs(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	lines := func() int { return strings.Count(s.log.String(), "\n") }
	if lines() != 1 {
		t.Errorf("the first look logged\n%s", s.log)
	}
	b.commit(orphan("acme"))
	for range 3 {
		s.look(t.Context())
	}
	if lines() != 2 || !strings.Contains(s.log.String(), "refused") {
		t.Errorf("three looks at one refused commit logged\n%s", s.log)
	}
}

func TestCommitsThatBlockPublishing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(b *book, p *casefile.Pattern) string
		rule  casefile.Rule
	}{
		"a symbolic link for a pattern": {func(b *book, p *casefile.Pattern) string {
			at := filepath.Join(b.dir, p.FilePath())
			if err := os.Remove(at); err != nil {
				b.Fatal(err)
			}
			if err := os.Symlink("/etc/passwd", at); err != nil {
				b.Skip(err)
			}
			return b.forceAll()
		}, casefile.RuleNotAFile},
		"a lying digest": {func(b *book, p *casefile.Pattern) string {
			return b.force(p.FilePath(), strings.Repeat("X", int(p.File.Size)))
		}, casefile.RuleWrongBytes},
		"a lying size": {func(b *book, p *casefile.Pattern) string {
			return b.force(p.FilePath(), "X")
		}, casefile.RuleWrongBytes},
		"a file that is not there": {func(b *book, p *casefile.Pattern) string {
			if err := os.Remove(filepath.Join(b.dir, p.FilePath())); err != nil {
				b.Fatal(err)
			}
			return b.forceAll()
		}, casefile.RuleMissingFile},
		"an unknown key": {func(b *book, p *casefile.Pattern) string {
			return b.force(p.Path(), b.text(p)+"colour: red\n")
		}, casefile.RuleUnknownKey},
		"a file that belongs nowhere": {func(b *book, p *casefile.Pattern) string {
			return b.force("customers/acme/notes.txt", "x")
		}, casefile.RuleStrayFile},
		"a broken casebook.yaml": {func(b *book, p *casefile.Pattern) string {
			return b.force(casefile.BookFile, "format: one\nbranch: main\n")
		}, casefile.RuleBadValue},
		"no casebook.yaml": {func(b *book, p *casefile.Pattern) string {
			if err := os.Remove(filepath.Join(b.dir, casefile.BookFile)); err != nil {
				b.Fatal(err)
			}
			return b.forceAll()
		}, casefile.RuleMissingFile},
		"a customer with a wrong name": {func(b *book, p *casefile.Pattern) string {
			if err := os.Mkdir(filepath.Join(b.dir, "customers/Ümlaut"), 0o755); err != nil {
				b.Fatal(err)
			}
			return b.force("customers/Ümlaut/customer.yaml", "company: x\n")
		}, casefile.RuleStrayFile},
		"a customer that is a file": {func(b *book, p *casefile.Pattern) string {
			return b.force("customers/omega", "x")
		}, casefile.RuleStrayFile},
		"an operator for nobody": {func(b *book, p *casefile.Pattern) string {
			return b.commit(&casefile.Operator{Name: "jane", TokenSHA256: digestOf("j"), Added: today, Customers: []casefile.Account{"omega"}})
		}, casefile.RuleUnknownRecord},
		"one token for two customers": {func(b *book, p *casefile.Pattern) string {
			return b.commit(registered("zenith", "tm-02", acmeToken))
		}, casefile.RuleSharedToken},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, "git")
			b := newBook(t)
			s := b.serve()
			good := s.current.Load().commit
			bad := c.spoil(b, b.upload(b.receive("acme", "ws-017"), "a.bin", "the bytes"))
			s.look(t.Context())
			if got := s.current.Load().commit; got != good {
				t.Fatalf("%s is published", got)
			}
			found := s.found.Load().refused
			if found == nil || found.commit != bad {
				t.Fatalf("refused: %+v", found)
			}
			for _, p := range found.problems {
				if p.Rule == c.rule {
					return
				}
			}
			t.Errorf("problems, none of them %s:\n%v", c.rule, found.problems)
		})
	}
}

// An entry that names the digest of another customer's file, beside bytes of its own of
// the same size, must not be handed that file.
func TestANamedDigestIsNoKeyToAnotherCustomersFile(t *testing.T) {
	b := newBook(t)
	secret := b.upload(b.receive("zenith", "pc-1"), "z.bin", "zenith's secret")
	s := b.serve()
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", "acme's own text")
	bad := b.force(p.Path(), strings.Replace(b.text(p), string(p.File.SHA256), string(secret.File.SHA256), 1))
	s.look(t.Context())
	if r := s.found.Load().refused; r == nil || r.commit != bad || r.problems[0].Rule != casefile.RuleWrongBytes || r.problems[0].Line == 0 {
		t.Errorf("refused %+v", r)
	}
	isProblem(t, s.ask("GET", "/v1/files/"+string(secret.File.SHA256), acmeToken), 404, "not-found")
}

func TestOnlyCustomersThatChangedAreReadAgain(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	before := s.current.Load()
	etag := s.ask("GET", "/v1/patterns", zenithToken).Header.Get("Etag")
	b.upload(b.receive("acme", "ws-017"), "a.bin", "the bytes")
	s.look(t.Context())
	after := s.current.Load()
	if before.customers["zenith"] != after.customers["zenith"] {
		t.Error("zenith was read again, and nothing of it changed")
	}
	if before.customers["acme"] == after.customers["acme"] {
		t.Error("acme was not read again")
	}
	r := s.ask("GET", "/v1/patterns", zenithToken, "If-None-Match: "+etag)
	if r.StatusCode != 304 || r.Header.Get("Casebook-Commit") != after.commit {
		t.Errorf("zenith's list: %d at commit %s", r.StatusCode, r.Header.Get("Casebook-Commit"))
	}
	if replica := b.serveBeside(); replica.ask("GET", "/v1/patterns", acmeToken).Header.Get("Etag") != s.ask("GET", "/v1/patterns", acmeToken).Header.Get("Etag") {
		t.Error("a replica has another ETag")
	}
}

// serveBeside is another server of the same casebook, with a state folder of its own.
func (b *book) serveBeside() *service {
	b.Helper()
	r, err := repo.Open(b.dir, b.TempDir(), noEnv)
	if err != nil {
		b.Fatal(err)
	}
	return (&book{b.TB, b.dir, r}).serve()
}

func TestTheListFollowsTheCase(t *testing.T) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	p, q := b.upload(c, "a.bin", "the bytes"), b.upload(c, "b.bin", "other bytes")
	s := b.serve()
	listed := func() int { s.look(t.Context()); return len(s.current.Load().customers["acme"].entries) }
	if listed() != 2 {
		t.Fatalf("%d listed, want 2", listed())
	}
	by := casefile.Stamp{At: today, By: "Jane Doe <jane@acme.example>"}
	if err := c.Withdraw(q, "wrong endpoint", by); err != nil {
		t.Fatal(err)
	}
	b.commit(c, q)
	if listed() != 1 {
		t.Errorf("%d listed after a withdrawal, want 1", listed())
	}
	isProblem(t, s.ask("GET", "/v1/files/"+string(q.File.SHA256), acmeToken), 404, "not-found")
	if err := c.Resolve(p, by); err != nil {
		t.Fatal(err)
	}
	if err := c.Close([]*casefile.Pattern{p, q}, "done", by); err != nil {
		t.Fatal(err)
	}
	b.commit(c, p)
	if listed() != 0 {
		t.Errorf("%d listed after the case was closed", listed())
	}
	m := registered("acme", "tm-01", acmeToken)
	m.Revoked = today
	b.commit(m)
	s.look(t.Context())
	isProblem(t, s.ask("GET", "/v1/patterns", acmeToken), 401, "unauthorized")
	if r := s.ask("GET", "/v1/patterns", secondToken); r.StatusCode != 200 {
		t.Errorf("the other mitigator: %d", r.StatusCode)
	}
}

func TestGitTidiesUpUnderARunningServer(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", "the bytes")
	s := b.serve()
	if r := s.report(acmeToken, p.ID, `{"event":"downloaded","sha256":"`+string(p.File.SHA256)+`"}`); r.StatusCode != 202 {
		t.Fatal(r.StatusCode)
	}
	for range 2 {
		b.git("pack-refs", "--all")
		b.git("gc", "-q", "--prune=now")
		s.look(t.Context())
		if err := os.Remove(s.book.repo.State().Path(repo.Files, p.File.SHA256)); err != nil {
			t.Fatal(err)
		}
		if got := bodyOf(s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken)); got != "the bytes" {
			t.Errorf("the file is %q", got)
		}
		if r := s.report(acmeToken, p.ID, `{"event":"downloaded","sha256":"`+string(p.File.SHA256)+`"}`); r.StatusCode != 200 {
			t.Errorf("the same receipt again: %d", r.StatusCode)
		}
		if err := s.recorder.deliver(t.Context()); err != nil {
			t.Error(err)
		}
		next := b.commit(orphanless(b))
		s.look(t.Context())
		if got := s.current.Load().commit; got != next {
			t.Errorf("serving %s, want %s; %s", got, next, s.found.Load().trouble)
		}
	}
}

// orphanless is a good change, another one each time.
func orphanless(b *book) casefile.Record {
	c := &casefile.Customer{Account: "acme", Company: "Acme " + b.git("rev-parse", "HEAD")}
	return c
}

func TestABranchThatIsDeletedIsStillServed(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	s := b.serve()
	commit := s.current.Load().commit
	b.git("checkout", "-q", "-b", "other")
	b.git("branch", "-D", "main")
	s.look(t.Context())
	if s.ask("GET", "/v1/patterns", acmeToken).StatusCode != 200 {
		t.Error("not served")
	}
	if _, ready := s.admin("/readyz"); !strings.Contains(ready, "serving "+commit) || !strings.Contains(ready, "branch main: not found") {
		t.Errorf("/readyz %s", ready)
	}
	b.git("branch", "main", "other")
	s.look(t.Context())
	if _, ready := s.admin("/readyz"); strings.Contains(ready, "not found") {
		t.Errorf("/readyz %s", ready)
	}
}

func TestOnlyTheBranchIsPublished(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	b.git("branch", "release/acme")
	released := b.git("rev-parse", "HEAD")
	s := b.serve()
	s.named = "release/acme"
	s.settled = ""
	b.receive("acme", "ws-017")
	if err := os.WriteFile(filepath.Join(b.dir, "customers/acme/customer.yaml"), []byte("broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.look(t.Context())
	if got := s.current.Load().commit; got != released || s.found.Load().refused != nil {
		t.Errorf("serving %s, want %s: neither HEAD nor the work tree is published", got, released)
	}
}

func TestACommitTakenBackIsNoLongerRefused(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	s := b.serve()
	good := s.current.Load().commit
	b.commit(orphan("acme"))
	s.look(t.Context())
	b.git("reset", "-q", "--hard", good)
	s.look(t.Context())
	if f := s.found.Load(); f.refused != nil || f.published != good {
		t.Errorf("%+v", f)
	}
}

// A refusal that the disk is to blame for ends by itself.
func TestATickReadsARefusedCommitAgain(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	tip := b.commit(orphan("acme"))
	s.look(t.Context())
	first := s.found.Load().refused
	s.reconsider()
	s.look(t.Context())
	if again := s.found.Load().refused; again == nil || again == first || again.commit != tip {
		t.Errorf("first %p, again %p", first, again)
	}
	if n := strings.Count(s.log.String(), "refused"); n != 1 {
		t.Errorf("it was logged %d times", n)
	}
}

// To read a large casebook takes minutes; a commit that stays refused must not take them
// from the polls all day.
func TestALargeRefusedCommitIsReadAgainRarely(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	now := today.Time()
	s.publisher.now = func() time.Time { now = now.Add(time.Second); return now } // a look takes a second at least
	b.commit(orphan("acme"))
	s.look(t.Context())
	first := s.found.Load().refused
	s.reconsider()
	s.look(t.Context())
	if s.found.Load().refused != first {
		t.Error("read again at once")
	}
	now = now.Add(time.Minute)
	s.reconsider()
	s.look(t.Context())
	if s.found.Load().refused == first {
		t.Error("not read again")
	}
}

// What cannot be put on the shelf is not published, and is as soon as there is room.
func TestAFullStateFolderKeepsWhatIsServed(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	good := s.current.Load().commit
	shelf := filepath.Join(b.repo.State().Dir(), "files")
	if err := os.WriteFile(shelf, nil, 0o600); err != nil { // where a folder must be, no file can be made
		t.Fatal(err)
	}
	next := b.upload(b.receive("acme", "ws-017"), "a.bin", long("the bytes"))
	s.look(t.Context())
	if f := s.found.Load(); f.published != good || f.trouble == "" {
		t.Fatalf("%+v", f)
	}
	if _, ready := s.admin("/readyz"); !strings.Contains(ready, "cannot look") {
		t.Errorf("/readyz %s", ready)
	}
	if err := os.Remove(shelf); err != nil {
		t.Fatal(err)
	}
	s.look(t.Context())
	if f := s.found.Load(); f.trouble != "" || s.ask("GET", "/v1/files/"+string(next.File.SHA256), acmeToken).StatusCode != 200 {
		t.Errorf("%+v", f)
	}
}
