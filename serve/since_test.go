package serve

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

// long is more bytes than a git LFS pointer has, as a real pattern's are.
func long(s string) string { return s + strings.Repeat("-", aPointer) }

// quick is what reading only the changes since the published commit gives; nil if it gives
// way to reading everything.
func (s *service) quick(a casefile.Account) *casefile.Holdings {
	s.Helper()
	tip, err := s.book.repo.Snapshot("main")
	if err != nil {
		s.Fatal(err)
	}
	defer tip.Close()
	return (&since{s.basis, tip, s.current.Load().customers[a].held, map[casefile.PatternID]bool{}}).take(a)
}

func TestOnlyWhatChangedIsRead(t *testing.T) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	p := b.upload(c, "a.bin", long("the bytes"))
	by := casefile.Stamp{At: today, By: "Jane Doe <jane@acme.example>"}
	s := b.serve()
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"a case", func() error { b.receive("acme", "ws-018"); return nil }},
		{"a pattern with bytes", func() error { b.upload(c, "b.bin", long("others")); return nil }},
		{"a pattern without", func() error { b.specify(c, casefile.SmartScan); return nil }},
		{"a mitigator", func() error { b.commit(registered("acme", "tm-09", "a ninth token")); return nil }},
		{"a company's name", func() error { b.commit(&casefile.Customer{Account: "acme", Company: "Acme & Sons"}); return nil }},
		{"several at once", func() error {
			b.commit(registered("acme", "tm-10", "a tenth token"), registered("acme", "tm-11", "x"))
			return nil
		}},
		{"a tick", func() error { err := c.Resolve(p, by); b.commit(c, p); return err }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(step.name, err)
		}
		quick := s.quick("acme")
		if quick == nil {
			t.Errorf("%s: everything was read again", step.name)
			continue
		}
		s.look(t.Context())
		whole, problems := everything(b, "acme")
		if len(problems) > 0 || !equalHoldings(quick, whole) {
			t.Errorf("%s: read quickly, it is not what it is: %v", step.name, problems)
		}
		if now := s.current.Load(); now.commit != s.basis.Commit() {
			t.Errorf("%s: serving %s, the basis is %s", step.name, now.commit, s.basis.Commit())
		}
	}
}

func everything(b *book, a casefile.Account) (*casefile.Holdings, casefile.Problems) {
	b.Helper()
	s, err := b.repo.Snapshot("main")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	h, problems, err := s.Customer(a)
	if err != nil {
		b.Fatal(err)
	}
	return h, problems
}

func equalHoldings(a, b *casefile.Holdings) bool {
	alike := func(x, y casefile.Record) bool { return bytes.Equal(casefile.Write(x), casefile.Write(y)) }
	return alike(a.Customer, b.Customer) &&
		maps.EqualFunc(a.Mitigators, b.Mitigators, func(x, y *casefile.Mitigator) bool { return alike(x, y) }) &&
		maps.EqualFunc(maps.Collect(a.Cases.All()), maps.Collect(b.Cases.All()), func(x, y *casefile.Case) bool { return alike(x, y) }) &&
		slices.EqualFunc(a.List(), b.List(), func(x, y *casefile.Pattern) bool { return alike(x, y) }) &&
		maps.EqualFunc(a.Patterns, b.Patterns, func(x, y *casefile.Pattern) bool { return alike(x, y) })
}

// What the quick way cannot judge it must leave to the slow one.
func TestWhatIsNoGoodFollowsNoGoodCommit(t *testing.T) {
	for name, spoil := range map[string]func(b *book, p *casefile.Pattern) error{
		"a record that cannot be read": func(b *book, p *casefile.Pattern) error { b.force(p.Path(), b.text(p)+"colour: red\n"); return nil },
		"a case nobody handed in":      func(b *book, p *casefile.Pattern) error { b.commit(orphan("acme")); return nil },
		"bytes of another size":        func(b *book, p *casefile.Pattern) error { b.force(p.FilePath(), long("x")); return nil },
		"bytes small as a pointer":     func(b *book, p *casefile.Pattern) error { b.force(p.FilePath(), "x"); return nil },
		"bytes that are gone":          func(b *book, p *casefile.Pattern) error { return b.removed(p.FilePath()) },
		"a record that is gone":        func(b *book, p *casefile.Pattern) error { return b.removed(p.Path()) },
		"a case that is gone": func(b *book, p *casefile.Pattern) error {
			return b.removed((&casefile.Case{Account: "acme", Key: p.Target.Case}).Path())
		},
		"a mitigator that is gone": func(b *book, p *casefile.Pattern) error { return b.removed(registered("acme", "tm-01", "").Path()) },
		"a second file":            func(b *book, p *casefile.Pattern) error { b.force(p.FilePath()+".bak", long("y")); return nil },
		"a stray file":             func(b *book, p *casefile.Pattern) error { b.force("customers/acme/notes.txt", "x"); return nil },
		"a stray folder's file":    func(b *book, p *casefile.Pattern) error { b.force("customers/acme/cases/notes.txt", "x"); return nil },
		"a link for bytes": func(b *book, p *casefile.Pattern) error {
			at := filepath.Join(b.dir, p.FilePath())
			if err := os.Remove(at); err != nil {
				return err
			}
			if err := os.Symlink("pattern.yaml", at); err != nil {
				b.Skip(err)
			}
			b.forceAll()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, "git")
			b := newBook(t)
			p := b.upload(b.receive("acme", "ws-017"), "a.bin", long("the bytes"))
			s := b.serve()
			if err := spoil(b, p); err != nil {
				t.Fatal(err)
			}
			if s.quick("acme") != nil {
				t.Error("taken for good")
			}
			_, problems := everything(b, "acme")
			s.look(t.Context())
			if r := s.found.Load().refused; r == nil || len(problems) == 0 || len(r.problems) != len(problems) {
				t.Errorf("refused %+v, want %v", r, problems)
			}
		})
	}
}

func (b *book) removed(file string) error {
	b.Helper()
	err := os.Remove(filepath.Join(b.dir, file))
	b.forceAll()
	return err
}

func TestAnswersThatAreTheSameAreTakenOver(t *testing.T) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	b.upload(c, "a.bin", long("the bytes"))
	s := b.serve()
	before := s.current.Load().customers["acme"]
	b.commit(&casefile.Customer{Account: "acme", Company: "Acme & Sons"})
	s.look(t.Context())
	between := s.current.Load().customers["acme"]
	if between == before || between.list != before.list || between.entries[1] != before.entries[1] {
		t.Error("encoded again, and they say the same")
	}
	b.upload(c, "b.bin", long("others"))
	s.look(t.Context())
	after := s.current.Load().customers["acme"]
	if after.list == before.list || after.entries[1] != before.entries[1] || after.entries[2] == nil {
		t.Error("the list is the old one, or the old entry a new one")
	}
}

// Where git has thrown away the commit that is served, everything is read.
func TestTheServedCommitMayBeGone(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	s := b.serve()
	old := s.current.Load().commit
	b.git("checkout", "-q", "--orphan", "fresh")
	b.git("commit", "-qm", "all anew")
	b.git("branch", "-M", "fresh", "main")
	b.git("reflog", "expire", "--expire=all", "--all")
	b.git("gc", "-q", "--prune=now")
	if _, err := b.repo.Snapshot(old); err == nil {
		t.Fatal("the old commit is still there")
	}
	next := b.commit(&casefile.Customer{Account: "acme", Company: "Acme & Sons"})
	s.look(t.Context())
	if f := s.found.Load(); f.published != next || f.rewound == nil || f.rewound.from != old {
		t.Errorf("%+v", f)
	}
}

// A pattern comes onto the list without a change of its own when its case is reopened.
func TestAReopenedCasesPatternsAreOnTheShelf(t *testing.T) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	p := b.upload(c, "a.bin", long("the bytes"))
	by := casefile.Stamp{At: today, By: "Jane Doe <jane@acme.example>"}
	if err := errors.Join(c.Resolve(p, by), c.Close([]*casefile.Pattern{p}, "done", by)); err != nil {
		t.Fatal(err)
	}
	b.commit(c, p)
	s := b.serve()
	if err := c.Reopen(today); err != nil {
		t.Fatal(err)
	}
	b.commit(c)
	if s.quick("acme") == nil {
		t.Error("everything was read again")
	}
	s.look(t.Context())
	if _, err := os.Stat(s.stock.state.Path(repo.Files, p.File.SHA256)); err != nil {
		t.Error(err)
	}
	if got := bodyOf(s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken)); got != long("the bytes") {
		t.Errorf("the file is %.20q", got)
	}
}

// Bytes exchanged behind an unchanged record are found out, as far as the size tells nothing.
func TestBytesExchangedBehindTheirRecord(t *testing.T) {
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", long("the bytes"))
	s := b.serve()
	bad := b.force(p.FilePath(), long("THE BYTES"))
	s.look(t.Context())
	if r := s.found.Load().refused; r == nil || r.commit != bad || r.problems[0].Rule != casefile.RuleWrongBytes {
		t.Errorf("refused %+v", r)
	}
}
