package repo

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// Every small object of a pack is read by hand as git reads it, whatever git packed it as.
func TestPackedObjectsAreThoseOfGit(t *testing.T) {
	for name, repack := range map[string][]string{
		"deltas by offset":       {"repack", "-adfq", "--depth=50", "--window=50"},
		"deltas by name":         {"-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50", "--window=50"},
		"no deltas":              {"repack", "-adfq", "--depth=0"},
		"offsets of eight bytes": {"repack", "-adfq"},
		"a multi-pack index":     {"multi-pack-index", "repack"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			for i := range 30 {
				o.write("big.txt", strings.Repeat(fmt.Sprintln("a line that repeats", i%7), 40)+strings.Repeat("x", i))
				o.write(fmt.Sprintf("folder/file-%d.yaml", i), fmt.Sprintf("status: case-closed\nendpoint: ws-%d\n", i))
				o.git("add", ".")
				o.git("commit", "-qm", fmt.Sprint("commit ", i))
			}
			o.git("repack", "-q")
			o.git("multi-pack-index", "write")
			o.git(repack...)
			if name == "offsets of eight bytes" {
				o.git("index-pack", "-o", onlyIndex(t, o), "--index-version=2,16", strings.TrimSuffix(onlyIndex(t, o), "idx")+"pack")
			}
			p := openPacked([]string{filepath.Join(o.dir, ".git", "objects")})
			defer p.close()
			if n := compareWithGit(t, o, p); n < 100 {
				t.Errorf("only %d objects were compared", n)
			}
			if _, err := p.bytes(plumbing.BlobObject, plumbing.NewHash(strings.Repeat("f", 40))); !errors.Is(err, errNotHere) {
				t.Errorf("an object that is not there: %v", err)
			}
		})
	}
}

// onlyIndex is the name of the only pack's index; there is none beside the pack any more.
func onlyIndex(t *testing.T, o *oracle) string {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(o.dir, ".git", "objects", "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	name := strings.TrimSuffix(packs[0], "pack") + "idx"
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return name
}

func compareWithGit(t *testing.T, o *oracle, p *packed) (compared int) {
	for _, line := range strings.Split(o.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"), "\n") {
		hash, kind, _ := strings.Cut(line, " ")
		objectType, err := plumbing.ParseObjectType(kind)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.bytes(objectType, plumbing.NewHash(hash))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if plumbing.ComputeHash(objectType, got) != plumbing.NewHash(hash) {
			t.Errorf("%s: other bytes than git's", line)
		}
		compared++
	}
	return compared
}

func TestLargePackedObjectsAreLeftToGoGit(t *testing.T) {
	o := newOracle(t)
	o.write("large", strings.Repeat("x", largeObject+1))
	o.git("add", ".")
	o.git("commit", "-qm", "large")
	o.git("repack", "-adq")
	p := openPacked([]string{filepath.Join(o.dir, ".git", "objects")})
	defer p.close()
	if _, err := p.bytes(plumbing.BlobObject, plumbing.NewHash(o.git("rev-parse", "HEAD:large"))); !errors.Is(err, errNotHere) {
		t.Errorf("got %v", err)
	}
}

func TestApplyDelta(t *testing.T) {
	base := []byte("status: new-case-received")
	size := byte(len(base))
	for name, c := range map[string]struct {
		delta []byte
		want  string
	}{
		"copy and insert":               {[]byte{size, 11, 0x80 | 0x10, 8, 3, 'o', 'l', 'd'}, "status: old"},
		"copy from further on":          {[]byte{size, 3, 0x80 | 0x01 | 0x10, 8, 3}, "new"},
		"another base was meant":        {[]byte{size + 1, 3, 0x80 | 0x10, 3}, ""},
		"a copy behind the end":         {[]byte{size, 3, 0x80 | 0x01 | 0x10, 24, 3}, ""},
		"an insert that is cut off":     {[]byte{size, 3, 3, 'o'}, ""},
		"a copy that is cut off":        {[]byte{size, 3, 0x80 | 0x01 | 0x10, 8}, ""},
		"less than it says":             {[]byte{size, 4, 0x80 | 0x10, 3}, ""},
		"more than it says":             {[]byte{size, 2, 0x80 | 0x10, 3}, ""},
		"a step that means nothing":     {[]byte{size, 1, 0}, ""},
		"a size that never ends":        {bytes.Repeat([]byte{0xff}, 20), ""},
		"nothing at all":                {nil, ""},
		"a result larger than we allow": {[]byte{size, 0xff, 0xff, 0xff, 0x7f, 0}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := applyDelta(nil, base, c.delta)
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func FuzzApplyDelta(f *testing.F) {
	f.Add([]byte("base"), []byte{4, 2, 0x90, 2})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		if made, err := applyDelta(nil, base, delta); err == nil && len(made) > largeObject {
			t.Errorf("made %d bytes", len(made))
		}
	})
}
