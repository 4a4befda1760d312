package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
)

func TestALifeInCommits(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	expect(t, "key", ref.String(), "acme/20261123-ws-017")
	p := b.upload(ref, "lpt$vpn.123", "pattern bytes")
	expect(t, "entry", p.ID, 1)
	closed := b.close(ref, "custom pattern eliminated the threats")
	b.sound()
	expect(t, "records changed by close", len(closed.Records), 2)
	expect(t, "commits", b.git("rev-list", "--count", "HEAD"), "4")
	expect(t, "tip", b.git("rev-parse", "HEAD"), closed.Commit)
	expect(t, "author", b.git("log", "-1", "--format=%an <%ae> %at"), "Jane Doe <jane@acme.example> 1795425120")
	expect(t, "trailer", b.git("log", "-1", "--format=%(trailers:key=Casebook-Verb)"), "Casebook-Verb: close\n")
	expect(t, "reflog lines", strings.Count(b.git("reflog", "main"), "\n"), 3)
	expect(t, "files of the last commit", b.git("diff-tree", "-r", "--name-only", "HEAD~1", "HEAD"),
		pathOf(ref)+"\n"+p.Path())
	expect(t, "bytes in the work tree", b.read(p.FilePath()), "pattern bytes")
	expect(t, "bytes in git", b.git("show", "HEAD:"+p.FilePath()), "pattern bytes")
	expect(t, "git diff-files", b.git("diff-files"), "")
}

func TestNothingToChangeIsNoCommit(t *testing.T) {
	b := newBook(t)
	changed := b.change("again", func(tx *Tx) error {
		c := &casefile.Customer{Account: "acme"}
		if err := tx.Get(c); err != nil {
			return err
		}
		return tx.Put(c)
	})
	expect(t, "commit", changed.Commit, "")
	expect(t, "records", len(changed.Records), 0)
}

func TestADryRunWritesNothing(t *testing.T) {
	b := newBook(t)
	before := must(b.Tip("main"))
	changed, err := b.Change(t.Context(), How{Now: testNow, DryRun: true}, func(tx *Tx) (Message, error) {
		_, err := receive(tx, "acme", "ws-017")
		return Message{Subject: "receive"}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "commit", changed.Commit, "")
	expect(t, "created", changed.Records[0].Created, true)
	expect(t, "tip", must(b.Tip("main")), before)
	b.sound()
}

func TestAVerbReadsItsOwnPuts(t *testing.T) {
	b := newBook(t)
	b.change("receive twice", func(tx *Tx) error {
		for _, want := range []casefile.Key{"20261123-ws-017", "20261123-ws-017-2"} {
			ref, err := receive(tx, "acme", "ws-017")
			if err != nil {
				return err
			}
			expect(t, "key", ref.Key, want)
		}
		cases, err := tx.Cases("acme")
		expect(t, "cases", len(cases), 2)
		return err
	})
	b.sound()
}

func TestCommentsOfPeopleAreKept(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	b.write(pathOf(ref), "# seen by Jane\n"+b.read(pathOf(ref)))
	b.git("commit", "-qam", "a comment")
	b.upload(ref, "lpt$vpn.123", "x")
	if text := b.read(pathOf(ref)); !strings.HasPrefix(text, "# seen by Jane\n") {
		t.Errorf("comment lost: %s", text)
	}
	b.sound()
}

func TestUncommittedWorkIsRefusedAndUntouched(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		soil   func(b *book, file string)
		staged bool
	}{
		{"target edited by hand", func(b *book, file string) { b.write(file, "mine") }, false},
		{"target removed by hand", func(b *book, file string) { os.Remove(filepath.Join(b.Root(), file)) }, false},
		{"target replaced by a link", func(b *book, file string) {
			os.Remove(filepath.Join(b.Root(), file))
			must(0, os.Symlink("/etc/passwd", filepath.Join(b.Root(), file)))
		}, false},
		{"folder of the target replaced by a link", func(b *book, file string) {
			dir := filepath.Dir(filepath.Join(b.Root(), file))
			must(0, os.Rename(dir, dir+"-away"))
			must(0, os.Symlink(dir+"-away", dir))
		}, false},
		{"another file staged", func(b *book, file string) { b.write("notes.txt", "x"); b.git("add", "notes.txt") }, true},
		{"another file's removal staged", func(b *book, file string) { b.git("rm", "-q", casefile.BookFile) }, true},
		{"intent to add", func(b *book, file string) { b.write("notes.txt", "x"); b.git("add", "-N", "notes.txt") }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			ref := b.receive("ws-017")
			test.soil(b, pathOf(ref))
			tip, before := must(b.Tip("main")), b.git("status", "--porcelain")
			_, err := b.try("identify", func(tx *Tx) error { return identify(tx, ref, "1-5") })
			var refused *Uncommitted
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want Uncommitted", err)
			}
			expect(t, "staged", refused.Staged, test.staged)
			expect(t, "tip", must(b.Tip("main")), tip)
			expect(t, "git status", b.git("status", "--porcelain"), before)
			expect(t, "locks", len(must(filepath.Glob(filepath.Join(b.gitDir, "*.lock")))), 0)
		})
	}
}

func identify(tx *Tx, ref casefile.CaseRef, id string) error {
	c := &casefile.Case{Account: ref.Account, Key: ref.Key}
	if err := tx.Get(c); err != nil {
		return err
	}
	if err := c.Identify(id, tx.Now()); err != nil {
		return err
	}
	return tx.Put(c)
}

func TestWorkElsewhereIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	b.write("customers/acme/customer.yaml", "half an edit")
	b.write("notes.txt", "not yet added")
	b.close(b.uploaded(ref), "done")
	expect(t, "git status", b.git("status", "--porcelain"), " M customers/acme/customer.yaml\n?? notes.txt")
}

// uploaded is the case after an upload.
func (b *book) uploaded(ref casefile.CaseRef) casefile.CaseRef {
	b.Helper()
	b.upload(ref, "lpt$vpn.123", "pattern bytes")
	return ref
}
