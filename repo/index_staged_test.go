package repo

import (
	"bytes"
	"strings"
	"testing"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// readTrees reads trees and counts them.
func (o *oracle) readTrees(count *int) func(plumbing.Hash) ([]object.TreeEntry, error) {
	opened := must(gogit.PlainOpen(o.dir))
	return func(h plumbing.Hash) ([]object.TreeEntry, error) {
		*count++
		tree, err := opened.TreeObject(h)
		if err != nil {
			return nil, err
		}
		return tree.Entries, nil
	}
}

func (o *oracle) tip() plumbing.Hash { return plumbing.NewHash(o.git("rev-parse", "HEAD^{tree}")) }

func TestStagedIsWhatGitCallsStaged(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(o *oracle){
		"nothing":                func(o *oracle) {},
		"edited but not added":   func(o *oracle) { o.write("casebook.yaml", "edited") },
		"a file added":           func(o *oracle) { o.write("a", "x"); o.git("add", "a") },
		"a file added deep down": func(o *oracle) { o.write("customers/acme/patterns/1/x", "x"); o.git("add", ".") },
		"a new folder added":     func(o *oracle) { o.write("customers/bolt/cases/x", "x"); o.git("add", ".") },
		"an edit added":          func(o *oracle) { o.write("customers/acme/patterns/1/pattern.yaml", "x"); o.git("add", ".") },
		"a file removed":         func(o *oracle) { o.git("rm", "-q", "casebook.yaml") },
		"a folder removed":       func(o *oracle) { o.git("rm", "-q", "-r", "customers/acme/patterns") },
		"everything removed":     func(o *oracle) { o.git("rm", "-q", "-r", ".") },
		"a mode changed":         func(o *oracle) { o.git("update-index", "--chmod=+x", "casebook.yaml") },
		"a file became a folder": func(o *oracle) {
			o.git("rm", "-q", "casebook.yaml")
			o.write("casebook.yaml/x", "x")
			o.git("add", ".")
		},
		"a folder became a file":        func(o *oracle) { o.git("rm", "-q", "-r", "customers"); o.write("customers", "x"); o.git("add", ".") },
		"two at once":                   func(o *oracle) { o.write("zz", "x"); o.write("customers/a", "x"); o.git("add", ".") },
		"a name sorted around a folder": func(o *oracle) { o.write("customers-1", "x"); o.write("customers.yaml", "x"); o.git("add", ".") },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			casebookFiles(o, "2")
			prepare(o)
			want, trees := o.git("diff-index", "--cached", "--no-renames", "--name-only", "HEAD"), 0
			with, without := o.index(), o.index()
			without.tree = newCacheTree("")
			expect(t, "with cached trees", strings.Join(must(with.staged(o.tip(), o.readTrees(&trees))), "\n"), want)
			expect(t, "without", strings.Join(must(without.staged(o.tip(), o.readTrees(&trees))), "\n"), want)
		})
	}
}

func TestStagedFindsAFileThatIsOnlyIntended(t *testing.T) {
	o := newOracle(t)
	casebookFiles(o, "2")
	o.write("customers/acme/patterns/1/intended", "")
	o.git("add", "-N", ".")
	trees := 0
	got := must(o.index().staged(o.tip(), o.readTrees(&trees)))
	expect(t, "staged", strings.Join(got, " "), "customers/acme/patterns/1/intended")
}

func TestStagedWithoutACommit(t *testing.T) {
	o := newOracle(t)
	none := func(plumbing.Hash) ([]object.TreeEntry, error) { t.Error("there is no tree to read"); return nil, nil }
	expect(t, "nothing", len(must(o.index().staged(plumbing.ZeroHash, none))), 0)
	o.write("a/b", "x")
	o.git("add", ".")
	expect(t, "one", strings.Join(must(o.index().staged(plumbing.ZeroHash, none)), " "), "a/b")
}

// However the cached trees were lost, the look after one of our changes reads no tree at all.
func TestStagedIsCheapAfterOurOwnChange(t *testing.T) {
	t.Parallel()
	for _, version := range indexVersions {
		o := newOracle(t)
		o.env = append(o.env, "GIT_TEST_CHECK_CACHE_TREE=1")
		casebookFiles(o, version)
		o.git("read-tree", "--empty")
		o.git("add", "-A")
		trees := 0
		x := o.index()
		if staged := must(x.staged(o.tip(), o.readTrees(&trees))); len(staged) > 0 || trees < 10 {
			t.Fatalf("staged %v, after reading %d trees", staged, trees)
		}
		changes := []indexChange{
			o.change("customers/acme/patterns/1/pattern.yaml", "x"), o.change("customers/bolt/new", "y"),
			o.drop("customers/acme-2/customer.yaml"),
		}
		if err := x.patch(changes, o.treesAfter(changes)); err != nil {
			t.Fatal(err)
		}
		must(0, must(x.draft()).place())
		o.git("commit", "-q", "-m", "ours")
		trees = 0
		expect(t, "staged", len(must(x.staged(o.tip(), o.readTrees(&trees)))), 0)
		expect(t, "staged in a new look", len(must(o.index().staged(o.tip(), o.readTrees(&trees)))), 0)
		expect(t, "trees read", trees, 0)
		expect(t, "status", o.git("status", "--porcelain"), "")
	}
}

func TestCacheTreeIsWrittenAsItWasRead(t *testing.T) {
	o := newOracle(t)
	casebookFiles(o, "2")
	o.write("customers/acme/patterns/1/pattern.yaml", "invalid along this path")
	o.git("update-index", "customers/acme/patterns/1/pattern.yaml")
	read := o.index().tree
	encoded := read.appendTo(nil)
	var openAll func(t *cacheTree)
	openAll = func(t *cacheTree) {
		t.open()
		for _, child := range t.children {
			openAll(child)
		}
	}
	openAll(read)
	if !bytes.Equal(read.appendTo(nil), encoded) || len(encoded) < 500 {
		t.Errorf("%q became %q", encoded, read.appendTo(nil))
	}
}

func TestDamagedCacheTreeIsForgotten(t *testing.T) {
	for _, damaged := range []string{"", "\x00", "\x001 0\n", "\x00-1 1\n", "\x00-1 9999999999\n", "\x00-1 -1\n", "\x00x 0\n", "\x00-1 0\nx", "a\x00-1 0\n"} {
		if got := parseCacheTree([]byte(damaged)); got.count != -1 || got.folders != 0 || got.name != "" {
			t.Errorf("%q was read as %+v", damaged, got)
		}
	}
}
