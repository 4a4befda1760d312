package repo

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// change is the indexChange for a file of the work tree, whose bytes are put into the object store.
func (o *oracle) change(name, content string) indexChange {
	o.Helper()
	file := o.write(name, content)
	h := must(o.objects().put(plumbing.BlobObject, []byte(content)))
	return indexChange{name, h, filemode.Regular, must(os.Lstat(file))}
}

// drop is the indexChange that forgets a file, which is removed.
func (o *oracle) drop(name string) indexChange {
	os.Remove(filepath.Join(o.dir, filepath.FromSlash(name)))
	return indexChange{path: name}
}

func (o *oracle) index() *index {
	o.Helper()
	x, err := openIndex(filepath.Join(o.gitDir(), "index"))
	if err != nil {
		o.Fatal(err)
	}
	return x
}

// patch changes the index on disk.
func (o *oracle) patch(trees map[string]plumbing.Hash, changes ...indexChange) {
	o.Helper()
	x := o.index()
	if err := x.patch(changes, trees); err != nil {
		o.Fatal(err)
	}
	d, err := x.draft()
	if err == nil {
		err = d.place()
	}
	if err != nil {
		o.Fatal(err)
	}
}

// expectSame compares the index we patched with one that git makes of the same work tree from nothing.
func (o *oracle) expectSame() {
	o.Helper()
	got := o.git("ls-files", "-s")
	tree := o.git("write-tree")
	fresh := exec.Command("git", "add", "-A")
	fresh.Dir, fresh.Env = o.dir, append(o.env, "GIT_INDEX_FILE="+filepath.Join(o.TempDir(), "index"))
	if out, err := fresh.CombinedOutput(); err != nil {
		o.Fatalf("%v\n%s", err, out)
	}
	list := exec.Command("git", "ls-files", "-s")
	list.Dir, list.Env = fresh.Dir, fresh.Env
	expect(o, "entries", got, strings.TrimSuffix(string(must(list.Output())), "\n"))
	write := exec.Command("git", "write-tree")
	write.Dir, write.Env = fresh.Dir, fresh.Env
	expect(o, "tree", tree, strings.TrimSpace(string(must(write.Output()))))
}

// trees are the hashes of all folders of a commit.
func (o *oracle) trees(commit string) map[string]plumbing.Hash {
	o.Helper()
	trees := map[string]plumbing.Hash{"": plumbing.NewHash(o.git("rev-parse", commit+"^{tree}"))}
	for line := range strings.Lines(o.git("ls-tree", "-r", "-d", commit)) {
		fields := strings.Fields(line)
		trees[fields[3]] = plumbing.NewHash(fields[2])
	}
	return trees
}

var indexVersions = []string{"2", "3", "4"}

// casebookFiles fills a repository with a small casebook and commits it.
func casebookFiles(o *oracle, version string) {
	for i := range 16 {
		o.write(fmt.Sprintf("customers/acme/cases/2026-%02d/case-%d.yaml", 1+i%12, i), fmt.Sprint(i))
		o.write(fmt.Sprintf("customers/acme/patterns/%d/pattern.yaml", i), fmt.Sprint(i))
	}
	o.write("casebook.yaml", "format: 1\n")
	o.write("customers/acme-2/customer.yaml", "x")
	o.write("skipped", "s")
	o.write("assumed", "a")
	o.git("add", "-A")
	if version == "3" {
		o.git("update-index", "--skip-worktree", "skipped")
	}
	o.git("update-index", "--index-version", version, "--assume-unchanged", "assumed")
	o.git("commit", "-q", "-m", "first")
}

func TestPatchIndex(t *testing.T) {
	t.Parallel()
	for _, version := range indexVersions {
		t.Run("version "+version, func(t *testing.T) {
			o := newOracle(t)
			casebookFiles(o, version)
			if _, found := o.index().entry("customers/acme/patterns/1"); found {
				t.Error("a folder is found as an entry")
			}
			o.patch(nil,
				o.change("customers/acme/cases/2026-01/case-0.yaml", "replaced"),
				o.change("customers/acme/patterns/0/lpt$vpn.123", "bytes"),
				o.change("customers/acme/patterns/16/pattern.yaml", "new folder"),
				o.change("a", "the new first"), o.change("zz", "the new last"),
				o.drop("customers/acme/cases/2026-02/case-1.yaml"),
				o.drop("customers/acme-2/customer.yaml"),
				o.drop("never/there"),
			)
			expect(t, "version", o.index().version, uint32(version[0]-'0'))
			expect(t, "status", o.git("status", "--porcelain", "--no-renames"), strings.Join([]string{
				"A  a",
				"D  customers/acme-2/customer.yaml",
				"M  customers/acme/cases/2026-01/case-0.yaml",
				"D  customers/acme/cases/2026-02/case-1.yaml",
				"A  customers/acme/patterns/0/lpt$vpn.123",
				"A  customers/acme/patterns/16/pattern.yaml",
				"A  zz",
			}, "\n"))
			o.expectSame()
		})
	}
}

func TestPatchedIndexIsClean(t *testing.T) {
	t.Parallel()
	for _, version := range indexVersions {
		t.Run("version "+version, func(t *testing.T) {
			o := newOracle(t)
			casebookFiles(o, version)
			marks := o.git("ls-files", "-v")
			o.patch(nil, o.change("casebook.yaml", "format: 2\n"))
			o.git("diff-files", "--quiet")
			o.git("commit", "-q", "-m", "second")
			expect(t, "status", o.git("status", "--porcelain"), "")
			expect(t, "marks", o.git("ls-files", "-v"), marks)
			o.git("fsck", "--strict")
		})
	}
}

func TestReplacedEntryKeepsItsMarks(t *testing.T) {
	o := newOracle(t)
	casebookFiles(o, "3")
	o.patch(nil, o.change("assumed", "b"), o.change("skipped", "t"))
	x := o.index()
	assumed, _ := x.entry("assumed")
	skipped, _ := x.entry("skipped")
	expect(t, "assumed", assumed.AssumeUnchanged, true)
	expect(t, "skipped", skipped.SkipWorktree, true)
	expect(t, "list", strings.Contains(o.git("ls-files", "-v"), "\nh assumed"), false)
}

func TestStatIsAsGitRecordsIt(t *testing.T) {
	o := newOracle(t)
	c := o.change("file", "content")
	o.patch(nil, c)
	ours := o.git("ls-files", "--debug")
	o.git("rm", "-q", "--cached", "file")
	o.git("add", "file")
	expect(t, "stat", ours, o.git("ls-files", "--debug"))
}

func TestIndexKeepsItsTimeForRacyEntries(t *testing.T) {
	o := newOracle(t)
	file := o.write("stranger", "11")
	o.commit("one")
	now := must(os.Stat(file)).ModTime().Truncate(time.Second).Add(-time.Minute)
	must(0, os.Chtimes(file, now, now))
	o.git("update-index", "--refresh")
	index := filepath.Join(o.gitDir(), "index")
	must(0, os.Chtimes(index, now, now))
	must(0, os.WriteFile(file, []byte("22"), 0o666)) // the same size in the same second
	must(0, os.Chtimes(file, now, now))
	o.patch(nil, o.change("ours", "x"))
	expect(t, "status", o.git("-c", "core.trustctime=false", "status", "--porcelain"), "A  ours\n M stranger")
}

func TestPatchRefusesFileAgainstFolder(t *testing.T) {
	for name, path := range map[string]string{"a file where a folder is": "customers", "a folder where a file is": "casebook.yaml/x"} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			casebookFiles(o, "2")
			c := o.change("tmp", "x")
			c.path = path
			if err := o.index().patch([]indexChange{c}, nil); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

func TestIndexThatIsNotThere(t *testing.T) {
	o := newOracle(t)
	o.patch(nil, o.change("casebook.yaml", "format: 1\n"))
	o.expectSame()
}

func TestIndexesWeRefuse(t *testing.T) {
	t.Parallel()
	unsupported := func(hint string) func(error) bool {
		return func(err error) bool {
			var e *Unsupported
			return errors.As(err, &e) && strings.HasPrefix(e.Hint, hint)
		}
	}
	damage := func(o *oracle, at int) {
		file := filepath.Join(o.gitDir(), "index")
		data := must(os.ReadFile(file))
		data[(at+len(data))%len(data)] ^= 1
		must(0, os.WriteFile(file, data, 0o666))
	}
	for name, c := range map[string]struct {
		prepare func(o *oracle)
		refused func(error) bool
	}{
		"split":           {func(o *oracle) { o.git("update-index", "--split-index") }, unsupported("git update-index --no-split-index")},
		"sparse":          {func(o *oracle) { o.git("sparse-checkout", "set", "--cone", "--sparse-index", "customers/acme") }, unsupported("git sparse-checkout reapply --no-sparse-index")},
		"unmerged":        {conflict, func(err error) bool { return errors.Is(err, ErrUnmerged) }},
		"a damaged entry": {func(o *oracle) { damage(o, 50) }, func(err error) bool { return strings.Contains(err.Error(), "checksum") }},
		"a damaged sum":   {func(o *oracle) { damage(o, -1) }, func(err error) bool { return strings.Contains(err.Error(), "checksum") }},
		"no index":        {func(o *oracle) { damage(o, 0) }, func(err error) bool { return strings.Contains(err.Error(), "no git index") }},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			casebookFiles(o, "2")
			c.prepare(o)
			if _, err := openIndex(filepath.Join(o.gitDir(), "index")); err == nil || !c.refused(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func conflict(o *oracle) {
	o.git("checkout", "-q", "-b", "side")
	o.write("casebook.yaml", "side\n")
	o.git("commit", "-q", "-a", "-m", "side")
	o.git("checkout", "-q", "main")
	o.write("casebook.yaml", "main\n")
	o.git("commit", "-q", "-a", "-m", "main")
	if o.command("merge", "side").Run() == nil {
		o.Fatal("there is no conflict")
	}
}

func TestIndexWithoutSumAndWithGitsCaches(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	casebookFiles(o, "2")
	o.git("config", "index.skipHash", "true")
	o.git("config", "core.untrackedCache", "true")
	o.git("config", "index.threads", "2")
	o.git("update-index", "--untracked-cache")
	o.git("status")
	o.write("untracked", "u")
	file := filepath.Join(o.gitDir(), "index")
	data := must(os.ReadFile(file))
	copy(data[len(data)-indexSum:], make([]byte, indexSum))
	must(0, os.WriteFile(file, data, 0o666))
	o.patch(nil, o.change("untracked", "tracked now"), o.drop("casebook.yaml"))
	expect(t, "status", o.git("status", "--porcelain"), "D  casebook.yaml\nA  untracked")
}

// Git and we write one index by turns, and neither loses what the other put in.
func TestIndexWritersBesideGit(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	casebookFiles(o, "2")
	const writes = 15
	file := filepath.Join(o.gitDir(), "index")
	var changes []indexChange
	for i := range writes {
		o.write(fmt.Sprintf("git/%d", i), "x")
		changes = append(changes, o.change(fmt.Sprintf("ours/%d", i), "x"))
	}
	var ours sync.WaitGroup
	ours.Go(func() {
		for _, c := range changes {
			l := must(takeLock(t.Context(), file+".lock", 10*time.Second, nil))
			x := must(openIndex(file))
			must(0, errors.Join(x.patch([]indexChange{c}, nil), must(x.draft()).place(), l.release()))
		}
	})
	for i := 0; i < writes; {
		if o.command("add", fmt.Sprintf("git/%d", i)).Run() == nil {
			i++
		}
	}
	ours.Wait()
	expect(t, "added", len(strings.Split(o.git("diff-index", "--cached", "--name-only", "HEAD"), "\n")), 2*writes)
	expectNoLeftovers(t, o.gitDir())
}

// Random changes, each time compared with what git makes of the same work tree; git checks the cached trees.
func TestRandomPatches(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2", "4"} {
		t.Run("version "+version, func(t *testing.T) {
			o := newOracle(t)
			o.env = append(o.env, "GIT_TEST_CHECK_CACHE_TREE=1")
			casebookFiles(o, version)
			chance := rand.New(rand.NewPCG(1, 2))
			for round := range 8 {
				changes := map[string]indexChange{}
				for range 1 + chance.IntN(6) {
					name := fmt.Sprintf("customers/%c/%c/f%d", 'a'+chance.IntN(3), 'a'+chance.IntN(3), chance.IntN(4))
					if chance.IntN(3) == 0 {
						changes[name] = o.drop(name)
					} else {
						changes[name] = o.change(name, fmt.Sprint(round))
					}
				}
				var all []indexChange
				for _, c := range changes {
					all = append(all, c)
				}
				trees := o.treesAfter(all)
				o.patch(trees, all...)
				expect(t, "remembered root", o.index().tree.hash, trees[""])
				expect(t, "remembered count", o.index().tree.count, len(o.index().entries))
				o.expectSame()
				o.git("commit", "-q", "--allow-empty", "-m", "round")
				expect(t, "status", o.git("status", "--porcelain"), "")
			}
			o.git("fsck", "--strict")
		})
	}
}

// treesAfter are all folders' trees once the changes are made, by git's own account.
func (o *oracle) treesAfter(changes []indexChange) map[string]plumbing.Hash {
	o.Helper()
	other := &oracle{TB: o.TB, dir: o.dir, env: append(o.env[:len(o.env):len(o.env)], "GIT_INDEX_FILE="+filepath.Join(o.TempDir(), "index"))}
	other.git("add", "-A")
	return other.trees(other.git("commit-tree", "-m", "x", other.git("write-tree")))
}

func TestNamesLongerThanTheFlagsCanSay(t *testing.T) {
	t.Parallel()
	for _, version := range indexVersions {
		o := newOracle(t)
		casebookFiles(o, version)
		long := strings.Repeat("long/", 819)
		empty := o.gitWith("", "hash-object", "-w", "--stdin")
		o.gitWith("100644 "+empty+"\t"+long[:4089]+"z"+"\n100644 "+empty+"\t"+long[:4095-1]+"y\n100644 "+empty+"\t"+long+"x\n", "update-index", "--index-info")
		before := o.git("ls-files", "-s")
		o.patch(nil, o.change("casebook.yaml", "format: 1\n"))
		expect(t, "entries", o.git("ls-files", "-s"), before)
	}
}

func TestVersion4Names(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 255, 16511, 16512, 100_000} {
		b := appendStripLength(nil, n)
		got, used := stripLength(append(b, 0xff))
		if got != n || used != len(b) {
			t.Errorf("%d became %x, read as %d of %d bytes", n, b, got, used)
		}
	}
}

// FuzzIndex: reading never panics, and what was read is written and read again the same.
func FuzzIndex(f *testing.F) {
	file := must(os.Stat("index_test.go"))
	for _, version := range []uint32{2, 3, 4} {
		x := index{version: version, tree: newCacheTree("")}
		x.tree.seal(plumbing.ZeroHash, 0, nil)
		changes := []indexChange{{"a/b/c", plumbing.Hash{1}, filemode.Regular, file}, {"a/d", plumbing.Hash{2}, filemode.Regular, file}}
		must(0, x.patch(changes, map[string]plumbing.Hash{"": {3}, "a": {4}, "a/b": {5}}))
		var whole bytes.Buffer
		must(0, x.write(&whole))
		f.Add(whole.Bytes()[:whole.Len()-indexSum])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var x index
		x.tree = newCacheTree("")
		if x.parse(append(data, make([]byte, indexSum)...)) != nil {
			return
		}
		var once, twice bytes.Buffer
		x.tree.child("a")
		if err := x.write(&once); err != nil {
			t.Fatal(err)
		}
		var again index
		again.tree = newCacheTree("")
		if err := again.parse(once.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := again.write(&twice); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("written, read and written again it is another index: %v", err)
		}
	})
}
