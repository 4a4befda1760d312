package repo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

var testNow = time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC)

// testEnv is an environment in which git would find this author and nothing else.
func testEnv(key string) string {
	switch key {
	case "GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME":
		return "Jane Doe"
	case "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL":
		return "jane@acme.example"
	case "GIT_CONFIG_NOSYSTEM":
		return "1"
	}
	return ""
}

// book is a casebook under test, and the same repository as the real git sees it.
type book struct {
	testing.TB
	*Repo
}

const attributes = "* -text\n"

// newBook is a casebook with one customer and one mitigator, in a new repository.
func newBook(t testing.TB) *book {
	t.Helper()
	return furnish(t, must(Init(t.TempDir(), testEnv)))
}

// furnish makes the first commit of a casebook.
func furnish(t testing.TB, r *Repo) *book {
	t.Helper()
	b := &book{t, r}
	b.change("init", func(tx *Tx) error {
		if err := tx.PutText(casefile.AttributesFile, []byte(attributes)); err != nil {
			return err
		}
		return tx.Put(
			&casefile.Book{Format: 1, Branch: "main", Signatures: casefile.SignaturesOptional},
			&casefile.Customer{Account: "acme", Company: "Acme"},
			&casefile.Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf('a'), Added: casefile.At(testNow)},
		)
	})
	return b
}

func digestOf(c byte) casefile.Digest { return casefile.Digest(bytes.Repeat([]byte{c}, 64)) }

func (b *book) try(subject string, do func(*Tx) error) (*Changed, error) {
	return b.Change(context.Background(), How{Now: testNow}, func(tx *Tx) (Message, error) {
		return Message{Subject: subject, Verb: strings.Fields(subject)[0]}, do(tx)
	})
}

func (b *book) change(subject string, do func(*Tx) error) *Changed {
	b.Helper()
	changed, err := b.try(subject, do)
	if err != nil {
		b.Fatalf("%s: %v", subject, err)
	}
	return changed
}

// receive opens a case.
func (b *book) receive(endpoint string) casefile.CaseRef {
	b.Helper()
	var ref casefile.CaseRef
	b.change("receive "+endpoint, func(tx *Tx) (err error) {
		ref, err = receive(tx, "acme", endpoint)
		return err
	})
	return ref
}

func receive(tx *Tx, a casefile.Account, endpoint string) (casefile.CaseRef, error) {
	key, err := tx.FreeKey(a, endpoint)
	ref := casefile.CaseRef{Account: a, Key: key}
	if err != nil {
		return ref, err
	}
	evidence := casefile.Forensics{File: endpoint + ".zip", Size: 48211, SHA256: digestOf('b')}
	return ref, tx.Put(ref.Receive(endpoint, "tm-01", evidence, tx.Now()))
}

// upload makes an entry with these bytes for a case.
func (b *book) upload(ref casefile.CaseRef, name, content string) *casefile.Pattern {
	b.Helper()
	blob := must(b.Take(context.Background(), strings.NewReader(content), int64(len(content)), nil))
	defer blob.Close()
	var p *casefile.Pattern
	b.change("upload "+name, func(tx *Tx) error {
		c := &casefile.Case{Account: ref.Account, Key: ref.Key}
		if err := tx.Get(c); err != nil {
			return err
		}
		id, err := tx.NextPattern(ref.Account)
		if err != nil {
			return err
		}
		f := casefile.File{Name: name, Size: blob.Size, SHA256: blob.SHA256}
		if p, err = c.Upload(id, casefile.Bandage, "6.123.45", "for "+c.Endpoint, f, tx.Stamp()); err != nil {
			return err
		}
		if err := tx.Put(p, c); err != nil {
			return err
		}
		return tx.PutBlob(p.FilePath(), blob)
	})
	return p
}

// resolveAll and close a case.
func (b *book) close(ref casefile.CaseRef, reason string) *Changed {
	b.Helper()
	return b.change("close "+string(ref.Key), func(tx *Tx) error { return closeCase(tx, ref, reason) })
}

func closeCase(tx *Tx, ref casefile.CaseRef, reason string) error {
	c := &casefile.Case{Account: ref.Account, Key: ref.Key}
	if err := tx.Get(c); err != nil {
		return err
	}
	of, err := tx.EntriesOf(ref)
	if err != nil {
		return err
	}
	for _, p := range of {
		if err := c.Resolve(p, tx.Stamp()); err != nil {
			return err
		}
		if err := tx.Put(p); err != nil {
			return err
		}
	}
	if err := c.Close(of, reason, tx.Stamp()); err != nil {
		return err
	}
	return tx.Put(c)
}

// git is the real git in the repository.
func (b *book) git(args ...string) string {
	b.Helper()
	return b.oracle().git(args...)
}

func (b *book) oracle() *oracle {
	b.Helper()
	need(b, "git")
	return &oracle{TB: b, dir: b.place(), env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com",
	}}
}

// sound fails unless git finds nothing to complain about and nothing uncommitted.
func (b *book) sound() {
	b.Helper()
	expect(b, "git fsck", b.git("fsck", "--strict", "--no-dangling"), "")
	if !b.Bare() {
		expect(b, "git status", b.git("status", "--porcelain"), "")
	}
}

// write puts a file into the work tree by hand.
func (b *book) write(name, content string) {
	b.Helper()
	file := filepath.Join(b.Root(), filepath.FromSlash(name))
	must(0, os.MkdirAll(filepath.Dir(file), 0o777))
	must(0, os.WriteFile(file, []byte(content), 0o666))
}

func (b *book) read(name string) string {
	b.Helper()
	return string(must(os.ReadFile(filepath.Join(b.Root(), filepath.FromSlash(name)))))
}

func pathOf(ref casefile.CaseRef) string {
	return (&casefile.Case{Account: ref.Account, Key: ref.Key}).Path()
}

func endpoint(n int) string { return fmt.Sprintf("ws-%03d", n) }
