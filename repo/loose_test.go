package repo

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestLooseObjectsAreThoseOfGit(t *testing.T) {
	for level := range 10 {
		o := newOracle(t)
		o.git("config", "core.compression", fmt.Sprint(level))
		for _, size := range []int{0, 1, 9, 10, 99, 431, 1_000, 5_000, 40_000} {
			o.write(fmt.Sprintf("folder-%d/alike.txt", size), strings.Repeat("x", size))
			o.write(fmt.Sprintf("folder-%d/lines.txt", size), strings.Repeat("status: case-closed\n", size/20))
			o.write(fmt.Sprintf("folder-%d/numbers.txt", size), strings.Repeat(fmt.Sprint(rand.Uint64()), 1+size/20))
			o.git("add", ".")
			o.git("commit", "-qm", fmt.Sprint("of ", size))
		}
		p := openPacked([]string{filepath.Join(o.dir, ".git", "objects")})
		if n := compareWithGit(t, o, p); n < 40 {
			t.Errorf("level %d: only %d objects were compared", level, n)
		}
	}
}

// What is not quite an object is left to go-git, which says what is wrong.
func TestDamagedLooseObjectsAreLeftAlone(t *testing.T) {
	o := newOracle(t)
	o.write("a.yaml", strings.Repeat("status: case-closed\nendpoint: ws-017\n", 10))
	h := plumbing.NewHash(strings.TrimSpace(o.git("hash-object", "-w", "a.yaml")))
	objects := filepath.Join(o.dir, ".git", "objects")
	p := openPacked([]string{objects})
	if _, err := p.bytes(plumbing.BlobObject, h); err != nil {
		t.Fatal(err)
	}
	if _, err := p.bytes(plumbing.TreeObject, h); err == nil {
		t.Error("a blob was read as a tree")
	}
	file := filepath.Join(objects, h.String()[:2], h.String()[2:])
	whole := must(os.ReadFile(file))
	must(0, os.Chmod(file, 0o600))
	spoilt := [][]byte{append(whole[:len(whole):len(whole)], 0), nil}
	for i := range whole {
		spoilt = append(spoilt, whole[:i])
		flipped := append([]byte{}, whole...)
		flipped[i] ^= 1 << (i % 8)
		spoilt = append(spoilt, flipped)
	}
	for _, data := range spoilt {
		must(0, os.WriteFile(file, data, 0o600))
		if got, err := p.bytes(plumbing.BlobObject, h); err == nil && plumbing.ComputeHash(plumbing.BlobObject, got) != h {
			t.Fatalf("% x was taken for %q", data, got)
		}
	}
}
