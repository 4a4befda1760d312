package repo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
)

func TestASnapshotOutlivesGC(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	sizes := []int{13, 100 << 10, 3 << 20} // held in memory, read at once, streamed
	for _, size := range sizes {
		b.upload(ref, "lpt$vpn.123", string(noise(size)))
	}
	s := must(b.Snapshot(""))
	defer s.Close()
	must(0, s.Get(&casefile.Customer{Account: "acme"}))
	b.git("gc", "-q", "--prune=now")
	for turn := range 3 {
		for i, size := range sizes {
			in, told, err := s.Open(fmt.Sprintf("customers/acme/patterns/%d/lpt$vpn.123", i+1))
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "size", told, int64(size))
			expect(t, "bytes", len(must(io.ReadAll(in))), size)
			in.Close()
		}
		b.receive(endpoint(turn))
		b.git("repack", "-q", "-a", "-d")
		expect(t, "entries", len(must(s.EntriesOf(ref))), 3)
	}
}

func TestSnapshotNamesCommits(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	first := must(b.Tip("main"))
	b.receive("ws-017")
	tip := must(b.Tip("main"))
	b.git("tag", "-a", "-m", "a tag", "v1", first)
	b.git("tag", "-a", "-m", "a tag of a tag", "v2", "v1")
	b.git("branch", "deep/er", first)
	b.git("update-ref", "refs/remotes/origin/main", first)
	for rev, want := range map[string]string{
		"": tip, "HEAD": tip, "main": tip, "refs/heads/main": tip, "heads/main": tip, tip: tip, tip[:9]: tip, tip[:8]: tip,
		"v1": first, "v2": first, "deep/er": first, "origin/main": first, "main~1": first, "HEAD^": first, "@~": first,
	} {
		s, err := b.Snapshot(rev)
		if err != nil {
			t.Errorf("%q: %v", rev, err)
			continue
		}
		expect(t, rev, s.Commit(), want)
		s.Close()
	}
	for _, rev := range []string{"-", "..", "main~9", "main^^^", "refs/heads/", "~1x", strings.Repeat("0", 40), "v1:casebook.yaml", "ffff"} {
		if _, err := b.Snapshot(rev); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: got %v", rev, err)
		}
	}
}

func TestRecordsOfASnapshot(t *testing.T) {
	b := newBook(t)
	for n := range 3 {
		b.receive(endpoint(n))
	}
	s := must(b.Snapshot(""))
	defer s.Close()
	expect(t, "accounts", fmt.Sprint(must(s.Accounts())), "[acme]")
	expect(t, "cases of nobody", len(must(s.Cases("nobody"))), 0)
	cases := must(s.Cases("acme"))
	expect(t, "newest", cases[0].Key, "20261123-ws-002")
	expect(t, "mitigators", must(s.Mitigators("acme"))[0].Name, "tm-01")
	listed := must(s.List("customers/acme/cases"))
	expect(t, "months", listed[0].Name, "2026-11")
	expect(t, "month is a folder", listed[0].Dir, true)
	expect(t, "missing folder", len(must(s.List("customers/nobody"))), 0)
	expect(t, "file as a folder", s.Get(&casefile.Mitigator{Account: "acme/customer.yaml", Name: "x"}) != nil, true)
}

func TestAllProblemsOfAllCasesAreTold(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	need(t, "git")
	for n := range 3 {
		b.write(pathOf(b.receive(endpoint(n))), "status: nonsense\n")
	}
	b.git("commit", "-qam", "soiled")
	_, err := must(b.Snapshot("")).Cases("acme")
	var problems casefile.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	files := map[string]bool{}
	for _, p := range problems {
		files[p.File] = true
	}
	expect(t, "files complained about", len(files), 3)
}

func TestFind(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref := b.receive("ws-017")
	twin := b.receive("ws-018")
	b.change("customer add", func(tx *Tx) error {
		other := casefile.CaseRef{Account: "zeta", Key: twin.Key}
		c := other.Receive("ws-018", "tm-01", casefile.Forensics{File: "f.zip", Size: 1, SHA256: digestOf('b')}, tx.Now())
		c.CaseID = "1-7"
		return tx.Put(&casefile.Customer{Account: "zeta", Company: "Zeta"}, c)
	})
	b.change("identify", func(tx *Tx) error { return identify(tx, ref, "1-5") })
	b.change("identify", func(tx *Tx) error { return identify(tx, twin, "1-7") })
	b.uploaded(ref)
	s := must(b.Snapshot(""))
	defer s.Close()
	for name, want := range map[string]string{
		"acme/20261123-ws-017": "acme/20261123-ws-017", "20261123-ws-017": "acme/20261123-ws-017", "1-5": "acme/20261123-ws-017",
		"zeta/20261123-ws-018": "zeta/20261123-ws-018",
		"20261123-ws-018":      "ambiguous", "1-7": "ambiguous",
		"": "none", "1": "none", "5": "none", "acme/": "none", "/": "none", "../..": "none", "acme/20261123-ws-017/": "none",
		"a b\x00\n": "none", "acme/20261399-x": "none", "status": "none", "\xff": "none", "nobody/20261123-ws-017": "none",
	} {
		got, err := s.FindCase(name)
		expect(t, fmt.Sprintf("case %q", name), outcome(got.String(), err), want)
	}
	for name, want := range map[string]string{
		"acme/1": "acme/1", "acme/2": "none", "acme/01": "none", "acme/-1": "none", "1": "none", "": "none", "acme/99999999999999999999": "none",
		"nobody/1": "none", "../1": "none",
	} {
		got, err := s.FindPattern(name)
		expect(t, fmt.Sprintf("pattern %q", name), outcome(got.String(), err), want)
	}
}

func outcome(got string, err error) string {
	var ambiguous *Ambiguous
	switch {
	case errors.As(err, &ambiguous):
		return "ambiguous"
	case errors.Is(err, ErrNotFound):
		return "none"
	case err != nil:
		return err.Error()
	}
	return got
}

func TestEntriesOfAmongMany(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ref, other := b.receive("ws-017"), b.receive("ws-018")
	const many = fewEntries + 50
	b.change("none", func(tx *Tx) error {
		for id := casefile.PatternID(1); id <= many; id++ {
			target := other
			if id%50 == 0 {
				target = ref
			}
			c := &casefile.Case{Account: "acme", Key: target.Key}
			must(0, tx.Get(c))
			p := must(c.None(id, "none needed", tx.Stamp()))
			must(0, tx.Put(p))
		}
		return nil
	})
	ids := func() string {
		s := must(b.Snapshot(""))
		defer s.Close()
		var ids []casefile.PatternID
		for _, p := range must(s.EntriesOf(ref)) {
			ids = append(ids, p.ID)
		}
		return fmt.Sprint(ids)
	}
	memory := filepath.Join(b.State().Dir(), "entries", "acme")
	want := "[50 100 150 200 250]"
	expect(t, "read for the first time", ids(), want)
	whole := len(must(os.ReadFile(memory)))
	expect(t, "remembered", ids(), want)
	must(0, os.WriteFile(memory, must(os.ReadFile(memory))[:whole/2], 0o600))
	expect(t, "with a torn line", ids(), want)
	must(0, os.WriteFile(memory, []byte(strings.Repeat("nonsense\n", 2*many+1)), 0o600))
	expect(t, "with nonsense", ids(), want)
	must(0, os.RemoveAll(b.State().Dir()))
	must(0, os.WriteFile(b.State().Dir(), nil, 0o600))
	expect(t, "without a state folder", ids(), want)
}

func TestStateKeeps(t *testing.T) {
	b := newBook(t)
	const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc"
	kept := must(b.State().Keep(t.Context(), Forensics, strings.NewReader("abc"), nil))
	expect(t, "digest", kept.SHA256, digest)
	expect(t, "size", kept.Size, 3)
	expect(t, "again", must(b.State().Keep(t.Context(), Forensics, strings.NewReader("abc"), nil)), kept)
	f := must(b.State().Open(Forensics, digest))
	expect(t, "bytes", string(must(io.ReadAll(f))), "abc")
	f.Close()
	expect(t, "mode", must(os.Stat(b.State().Path(Forensics, digest))).Mode().Perm(), 0o600)
	_, err := b.State().Open(Files, digest)
	expect(t, "not there", errors.Is(err, ErrNotFound), true)
	_, err = b.State().Open(Files, "../../HEAD")
	expect(t, "no digest", err != nil, true)
	oops := errors.New("oops")
	_, err = b.State().Keep(t.Context(), Files, io.MultiReader(strings.NewReader("half"), failing{oops}), nil)
	expect(t, "broken off", errors.Is(err, oops), true)
	expectEmpty(t, filepath.Join(b.State().Dir(), "incoming"))
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

func TestWatchNamesTheFoldersOfABranch(t *testing.T) {
	b := newBook(t)
	at := func(names ...string) string { return filepath.Join(append([]string{b.gitDir}, names...)...) }
	expect(t, "main", fmt.Sprint(b.Watch("main")), fmt.Sprint([]string{at(), at("refs", "heads")}))
	expect(t, "a/b", fmt.Sprint(b.Watch("a/b")), fmt.Sprint([]string{at(), at("refs", "heads"), at("refs", "heads", "a")}))
}

func TestMessage(t *testing.T) {
	m := Message{
		Subject: "case close acme/20261123-ws-017: custom\npattern\x1b[0m", Verb: "close",
		Body: "all is well  \nCasebook-Verb: forged\n", Case: casefile.CaseRef{Account: "acme", Key: "20261123-ws-017"},
		Pattern: casefile.PatternRef{Account: "acme", ID: 3},
	}
	expect(t, "message", m.String(), `case close acme/20261123-ws-017: custom pattern [0m

all is well
  Casebook-Verb: forged

Casebook-Verb: close
Casebook-Case: acme/20261123-ws-017
Casebook-Pattern: acme/3
`)
	expect(t, "bare message", Message{Subject: "init"}.String(), "init\n")
}

func TestTreesAreGitsOwn(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for _, name := range []string{"docs/a.b", "docs/a/x", "docs/a0", "docs/ä $x", "docs/a-b/y"} {
		b.change("put", func(tx *Tx) error { return tx.PutText(name, []byte(name)) })
	}
	b.sound()
	expect(t, "write-tree", b.git("write-tree"), b.git("rev-parse", "HEAD^{tree}"))
	for _, name := range []string{"docs/a", "docs/a0/below"} {
		if _, err := b.try("put", func(tx *Tx) error { return tx.PutText(name, nil) }); err == nil {
			t.Errorf("%s: a file took a folder's place, or a folder a file's", name)
		}
	}
}
