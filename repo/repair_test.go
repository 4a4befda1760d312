package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
)

// TestDeathAtEachStep stops a change after each of its visible steps, as kill -9 would, and lets the
// next verb find what is left.
func TestDeathAtEachStep(t *testing.T) {
	if !deathShows {
		t.Skip("here a dead owner's lock is not taken over")
	}
	steps := []string{"intent", "one file", "all files", "index", "branch"}
	for last, name := range steps {
		t.Run("after the "+name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			ref := b.receive("ws-017")
			before := must(b.Tip("main"))
			died := b.die(ref, last)
			b.upload(ref, "lpt$vpn.124", "the next verb")
			b.sound()
			expect(t, "problems", must(b.ValidateWorkTree()).Error(), "")
			finished := b.git("merge-base", "--is-ancestor", before, "main") == "" && must(b.Snapshot("main~1")).Commit() == died
			expect(t, "change was finished", finished, name == "branch")
			expect(t, "locks and drafts left", b.leftovers(), 0)
			if finished {
				expect(t, "reflog", b.git("log", "-g", "-1", "--format=%H", "main@{1}"), died)
			}
		})
	}
}

// die makes a change up to a step and lets go of the locks without removing them.
func (b *book) die(ref casefile.CaseRef, last int) string {
	b.Helper()
	c := must(b.newChange(How{Now: testNow}))
	must(0, c.begin(b.Context()))
	must(0, identify(c.tx, ref, "1-5"))
	must(receive(c.tx, "acme", "ws-018"))
	paths := must(c.check())
	fresh := must(c.objects(Message{Subject: "dies"}, paths))
	must(0, fresh.flush(b.objects()))
	must(0, c.intend(paths))
	w := must(b.workTree())
	for i, file := range paths {
		if last > 1 || last == 1 && i == 0 {
			must(c.showFile(w, file))
		}
	}
	must(0, os.WriteFile(filepath.Join(b.Root(), filepath.Dir(paths[0]), draftName+"00"), []byte("half"), 0o666))
	if last >= 3 {
		must(0, c.showFiles(paths))
	}
	if last >= 4 {
		must(0, c.branchLock.move(c.tip.commit, c.commit))
	}
	must(0, c.lock.f.Close())
	must(0, c.branchLock.f.Close())
	return c.commit.String()
}

// leftovers counts lock files and drafts.
func (b *book) leftovers() (n int) {
	filepath.WalkDir(b.Root(), func(path string, d os.DirEntry, err error) error {
		name := filepath.Base(path)
		if filepath.Ext(name) == ".lock" || len(name) > 9 && name[:9] == ".casebook" || len(name) > 8 && name[:8] == "tmp_obj_" {
			b.Logf("left: %s", path)
			n++
		}
		return err
	})
	return n
}

func TestARepairLeavesPeoplesEditsAlone(t *testing.T) {
	t.Parallel()
	if !deathShows {
		t.Skip("here a dead owner's lock is not taken over")
	}
	b := newBook(t)
	ref := b.receive("ws-017")
	b.die(ref, 3)
	b.write(pathOf(ref), "edited after the crash\n")
	b.receive("ws-019")
	expect(t, "the file", b.read(pathOf(ref)), "edited after the crash\n")
	expect(t, "git status", b.git("status", "--porcelain"), " M "+pathOf(ref))
}

func TestALostRaceIsTakenBack(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	tip := must(b.Tip("main"))
	_, err := b.try("identify", func(tx *Tx) error {
		// Somebody who does not know of locks.
		must(0, os.WriteFile(b.refs().file("refs/heads/main"), []byte(b.git("rev-parse", "main~1")+"\n"), 0o666))
		return identify(tx, ref, "1-5")
	})
	if !errors.Is(err, ErrLostRace) {
		t.Fatalf("got %v", err)
	}
	expect(t, "locks and drafts left", b.leftovers(), 0)
	b.git("update-ref", "refs/heads/main", tip)
	b.git("reset", "-q", "--hard")
	b.close(b.uploaded(ref), "done")
	b.sound()
}

func TestAFailedVerbChangesNothing(t *testing.T) {
	b := newBook(t)
	before := must(b.Tip("main"))
	oops := errors.New("oops")
	_, err := b.try("receive", func(tx *Tx) error {
		if _, err := receive(tx, "acme", "ws-017"); err != nil {
			return err
		}
		return oops
	})
	expect(t, "error", errors.Is(err, oops), true)
	expect(t, "tip", must(b.Tip("main")), before)
	expect(t, "locks and drafts left", b.leftovers(), 0)
	b.sound()
}

func TestWhatMustNotBePut(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.uploaded(b.receive("ws-017"))
	for _, test := range []struct {
		name string
		do   func(tx *Tx) error
		want string
	}{
		{"a record with an unknown word", func(tx *Tx) error {
			return tx.PutText(pathOf(ref), []byte("status: nonsense\n"))
		}, ""},
		{"a file where no file belongs", func(tx *Tx) error { return tx.PutText("customers/acme/notes.txt", []byte("x")) },
			"customers/acme/notes.txt: belongs nowhere in a casebook"},
		{"git's own folder", func(tx *Tx) error { return tx.PutText(".git/config", []byte("x")) },
			".git/config: belongs nowhere in a casebook"},
		{"other bytes for an entry", func(tx *Tx) error { return b.putBytes(tx, "customers/acme/patterns/1/lpt$vpn.123", "other") },
			"customers/acme/patterns/1/lpt$vpn.123: has another size or SHA-256 than its record says"},
		{"bytes without a record", func(tx *Tx) error { return b.putBytes(tx, "customers/acme/patterns/7/x", "other") },
			"pattern acme/7: not found"},
		{"empty bytes", func(tx *Tx) error { return b.putBytes(tx, "customers/acme/patterns/1/x", "") }, "x: is empty"},
		{"a pointer to bytes", func(tx *Tx) error {
			return b.putBytes(tx, "customers/acme/patterns/1/x", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
		}, "x: is a git LFS pointer, not the pattern; git lfs pull brings the bytes"},
		{"a second file beside a record", func(tx *Tx) error { return b.putBytes(tx, "customers/acme/patterns/1/x", "y") },
			"customers/acme/patterns/1/x: is not the file that the entry's record names"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := b.try("put", test.do)
			if err == nil || test.want != "" && err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	b.sound()
}

func (b *book) putBytes(tx *Tx, file, content string) error {
	blob := must(b.Take(b.Context(), strings.NewReader(content), int64(len(content)), nil))
	b.Cleanup(func() { blob.Close() })
	return tx.PutBlob(file, blob)
}

func TestReissueCopiesTheBytes(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	old := b.upload(ref, "lpt$vpn.123", "pattern bytes")
	b.change("reissue", func(tx *Tx) error {
		c := &casefile.Case{Account: ref.Account, Key: ref.Key}
		if err := tx.Get(c); err != nil {
			return err
		}
		p, err := c.Reissue(must(tx.NextPattern("acme")), old, tx.Stamp())
		if err != nil {
			return err
		}
		if err := tx.PutCopy(p.FilePath(), old.FilePath()); err != nil {
			return err
		}
		return tx.Put(p, c)
	})
	b.sound()
	expect(t, "bytes", b.read("customers/acme/patterns/2/lpt$vpn.123"), "pattern bytes")
	expect(t, "problems", must(b.ValidateWorkTree()).Error(), "")
}

func TestTheBranchOfDeliveries(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	nothing := must(b.Deliveries())
	expect(t, "commit of nothing", nothing.Commit(), "")
	expect(t, "deliveries of nothing", len(must(nothing.DeliveriesOf(casefile.PatternRef{Account: "acme", ID: 1}))), 0)
	for range 2 {
		how := How{Now: testNow, Branch: DeliveriesBranch, By: &Signature{"casebook <server>", "casebook@server.example"}}
		must(b.Change(t.Context(), how, func(tx *Tx) (Message, error) {
			d := &casefile.Delivery{Account: "acme", Pattern: 1, Mitigator: "tm-01"}
			if err := tx.Get(d); err != nil && !errors.Is(err, ErrNotFound) {
				return Message{}, err
			}
			d.Receipts = append(d.Receipts, casefile.Receipt{Event: casefile.EventApplied, At: casefile.At(testNow)})
			return Message{Subject: "1 receipt"}, tx.Put(d)
		}))
	}
	b.sound()
	expect(t, "commits", b.git("rev-list", "--count", DeliveriesBranch), "2")
	expect(t, "author", b.git("log", "-1", "--format=%an", DeliveriesBranch), "casebook server")
	s := must(b.Deliveries())
	defer s.Close()
	expect(t, "receipts", len(must(s.DeliveriesOf(casefile.PatternRef{Account: "acme", ID: 1}))[0].Receipts), 2)
	expect(t, "problems", must(s.Validate()).Error(), "")
}

func TestASparseCheckoutStaysSparse(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	b.git("sparse-checkout", "set", "--no-cone", "/*", "!/customers/acme/cases/")
	b.change("identify", func(tx *Tx) error { return identify(tx, ref, "1-5") })
	b.sound()
	if _, err := os.Stat(filepath.Join(b.Root(), pathOf(ref))); err == nil {
		t.Error("the case was checked out")
	}
	b.git("sparse-checkout", "disable")
	b.sound()
}
