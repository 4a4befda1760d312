package repo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestGraphKnowsWhatTheCommitsSay(t *testing.T) {
	o := newOracle(t)
	path := longHistory(o, 50, 600)
	o.git("commit-graph", "write", "--reachable", "--changed-paths")
	g := openGraph(o.gitDir())
	keys := bloomKeys([]string{path})
	objects := &reader{common: o.gitDir()}
	defer objects.close()
	known, alone := 0, 0
	for h, err := o.refs().read("refs/heads/main"); ; {
		must(0, err)
		n := g.node(h)
		if n == nil {
			t.Fatalf("%s is not known", h)
		}
		read := must(parseNode(h, must(objects.bytes(plumbing.CommitObject, h, maxObject))))
		if n.tree != read.tree || n.when != read.when || len(n.parents) != len(read.parents) || len(n.parents) > 0 && n.parents[0] != read.parents[0] {
			t.Fatalf("%s: got %+v, want %+v", h, n, read)
		}
		known++
		if n.leftAlone(keys) {
			alone++
		}
		if len(n.parents) == 0 {
			break
		}
		h = n.parents[0]
	}
	if known != 600 || alone < 570 || alone > 598 {
		t.Errorf("%d commits, of which %d surely left %s alone", known, alone, path)
	}
}

func TestABrokenGraphKnowsNothing(t *testing.T) {
	o := newOracle(t)
	longHistory(o, 10, 20)
	o.git("commit-graph", "write", "--reachable", "--changed-paths")
	file := filepath.Join(o.gitDir(), "objects", "info", "commit-graph")
	whole := must(os.ReadFile(file))
	for length := range whole {
		if f := parseGraph(whole[:length]); f != nil {
			t.Fatalf("cut at %d of %d it still knows %d commits", length, len(whole), f.count)
		}
	}
	for at := range whole {
		whole[at] ^= 1
		if f := parseGraph(whole); f != nil {
			t.Fatalf("with another bit at %d it still knows %d commits", at, f.count)
		}
		whole[at] ^= 1
	}
	if parseGraph(whole) == nil {
		t.Error("git's own graph is not read")
	}
	must(0, os.Chmod(file, 0o600))
	must(0, os.WriteFile(file, []byte("nonsense"), 0o600))
	if g := openGraph(o.gitDir()); len(g.files) != 0 {
		t.Error("nonsense was read")
	}
}

func TestMurmur3(t *testing.T) {
	for text, want := range map[string]uint32{"": 0, "Hello world!": 0x627b0c2c, "The quick brown fox jumps over the lazy dog": 0x2e4ff723} {
		if got := murmur3(0, text); got != want {
			t.Errorf("%q: %08x, want %08x", text, got, want)
		}
	}
}
