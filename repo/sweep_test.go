package repo

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// swept are objects by hash, as a sweep reads them.
func swept(t *testing.T, r *reader, kind plumbing.ObjectType, hashes []plumbing.Hash) map[plumbing.Hash][]byte {
	t.Helper()
	var mu sync.Mutex
	got := map[plumbing.Hash][]byte{}
	r.sweep(kind, hashes, func() func(int, []byte, error) {
		return func(i int, data []byte, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("%s: %v", hashes[i], err)
			}
			got[hashes[i]] = bytes.Clone(data)
		}
	})
	return got
}

// However git keeps its objects, a sweep reads them as they are.
func TestASweepReadsWhatGitHolds(t *testing.T) {
	for name, repack := range map[string][]string{
		"deltas by offset": {"repack", "-adfq", "--depth=50", "--window=50"},
		"deltas by name":   {"-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50", "--window=50"},
		"no deltas":        {"repack", "-adfq", "--depth=0"},
		"two packs":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			for part := range 2 {
				o.gitWith(manyFiles(part), "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet")
			}
			if repack != nil {
				o.git(repack...)
			}
			hashes := map[plumbing.ObjectType][]plumbing.Hash{}
			for _, line := range strings.Split(o.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"), "\n") {
				kind, hash, _ := strings.Cut(line, " ")
				objectType, err := plumbing.ParseObjectType(kind)
				if err != nil {
					t.Fatal(err)
				}
				hashes[objectType] = append(hashes[objectType], plumbing.NewHash(hash))
			}
			r := &reader{common: o.gitDir()}
			defer r.close()
			for kind, of := range hashes {
				got := swept(t, r, kind, of)
				for _, h := range of {
					if plumbing.ComputeHash(kind, got[h]) != h {
						t.Errorf("%s %s: other bytes than git's", kind, h)
					}
				}
			}
		})
	}
}

// manyFiles are more files than one worker of a sweep reads in a row, for git fast-import.
func manyFiles(part int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "commit refs/heads/part-%d\ncommitter C <c@example.com> 1 +0000\ndata 0\n", part)
	put := func(name, text string) { fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text) }
	for i := range sweepPart * 3 / 4 {
		put(fmt.Sprintf("%d/file-%d.yaml", part, i), fmt.Sprintf("part: %d\nendpoint: ws-%d\n%s", part, i, strings.Repeat(fmt.Sprintln("a line", i%50), i%40)))
	}
	put(fmt.Sprintf("%d/long", part), strings.Repeat(fmt.Sprintln("longer than is swept", part), 2000))
	put(fmt.Sprintf("%d/large", part), strings.Repeat("x", largeObject+part+1))
	return b.String()
}

// What a sweep cannot read it tells of, and the rest it reads.
func TestASweepTellsWhatItCannotRead(t *testing.T) {
	o := newOracle(t)
	var names []string
	for i := range 2 * fewSwept {
		names = append(names, fmt.Sprint("file-", i))
		o.write(names[i], fmt.Sprint("text ", i))
	}
	var hashes []plumbing.Hash
	for hash := range strings.FieldsSeq(o.git(append([]string{"hash-object", "-w"}, names...)...)) {
		hashes = append(hashes, plumbing.NewHash(hash))
	}
	missing := plumbing.NewHash(strings.Repeat("f", 40))
	hashes = append(hashes, missing)
	r := &reader{common: o.gitDir()}
	defer r.close()
	var mu sync.Mutex
	read := 0
	r.sweep(plumbing.BlobObject, hashes, func() func(int, []byte, error) {
		return func(i int, _ []byte, err error) {
			mu.Lock()
			defer mu.Unlock()
			if read++; errors.Is(err, plumbing.ErrObjectNotFound) != (hashes[i] == missing) {
				t.Errorf("%s: %v", hashes[i], err)
			}
		}
	})
	if read != len(hashes) {
		t.Errorf("told of %d objects, not of %d", read, len(hashes))
	}
}
