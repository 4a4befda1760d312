package repo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func noise(size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func TestBlobIsGitsOwn(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"nothing":                  nil,
		"one byte":                 {7},
		"text":                     bytes.Repeat([]byte("a line of text\n"), 300_000),
		"noise":                    noise(3<<20 + 5),
		"exactly one chunk":        noise(chunkSize),
		"noise first, then zeros":  append(noise(chunkSize), make([]byte, 2<<20)...),
		"one byte more than chunk": make([]byte, chunkSize+1),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			incoming := t.TempDir()
			var seen int64
			b, err := takeBlob(t.Context(), incoming, bytes.NewReader(content), int64(len(content)), func(n int64) { seen = n })
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			sum := sha256.Sum256(content)
			expect(t, "progress", seen, int64(len(content)))
			expect(t, "sha256", string(b.SHA256), hex.EncodeToString(sum[:]))
			expect(t, "hash", b.Hash.String(), o.gitWith(string(content), "hash-object", "--stdin"))
			expect(t, "head", string(b.Head), string(content[:min(512, len(content))]))
			o.git("gc", "-q", "--prune=now")
			expectContent(t, b, content)
			if err := b.place(o.objects()); err != nil {
				t.Fatal(err)
			}
			expectContent(t, b, content)
			expect(t, "size", o.git("cat-file", "-s", b.Hash.String()), strconv.Itoa(len(content)))
			must(0, os.Remove(o.objects().file(b.Hash))) // as gc would
			must(0, b.place(o.objects()))
			o.git("fsck", "--strict")
			must(0, b.Close())
			expectEmpty(t, incoming)
		})
	}
}

func expectContent(t *testing.T, b *Blob, content []byte) {
	t.Helper()
	r, err := b.open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := must(io.ReadAll(r)); !bytes.Equal(got, content) {
		t.Errorf("read back %d bytes, not the %d that went in", len(got), len(content))
	}
}

func expectEmpty(t *testing.T, folder string) {
	t.Helper()
	for _, e := range must(os.ReadDir(folder)) {
		t.Errorf("%s is left in %s", e.Name(), folder)
	}
}

func TestBlobOfAFileThatChanges(t *testing.T) {
	for name, c := range map[string]struct {
		said int64
		came int
		want string
	}{
		"it shrank":           {10, 4, "it had 10 bytes, and 4 were read"},
		"it grew":             {10, 11, "it had 10 bytes, and 11 were read"},
		"it became empty":     {10, 0, "it had 10 bytes, and 0 were read"},
		"it was empty":        {0, 3, "it had 0 bytes, and 3 were read"},
		"it grew by a chunk":  {chunkSize, chunkSize + 1, "1048576 bytes, and 1048577 were read"},
		"it lost its last mb": {2 * chunkSize, chunkSize, "2097152 bytes, and 1048576 were read"},
	} {
		t.Run(name, func(t *testing.T) {
			incoming := t.TempDir()
			_, err := takeBlob(t.Context(), incoming, bytes.NewReader(noise(c.came)), c.said, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			expectEmpty(t, incoming)
		})
	}
}

func TestBlobStopsWithItsContext(t *testing.T) {
	incoming := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := takeBlob(ctx, incoming, bytes.NewReader(noise(4*chunkSize)), 4*chunkSize, func(int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	expectEmpty(t, incoming)
}

func TestBlobSweepsOnlyTheDead(t *testing.T) {
	if !deathShows {
		t.Skip("here a living file is not told from a dead one")
	}
	incoming := t.TempDir()
	living := must(takeBlob(t.Context(), incoming, strings.NewReader("living"), 6, nil))
	dead := filepath.Join(incoming, leftover+"dead")
	if err := os.WriteFile(dead, []byte("x"), 0o444); err != nil {
		t.Fatal(err)
	}
	must(takeBlob(t.Context(), incoming, strings.NewReader("next"), 4, nil)).Close()
	if _, err := os.Stat(dead); err == nil {
		t.Error("what a dead process left is still there")
	}
	expectContent(t, living, []byte("living"))
	living.Close()
	expectEmpty(t, incoming)
}

// BenchmarkBlob prints how long a pattern file takes beside `git hash-object -w`; the goal is 0.2.
// CASEBOOK_BENCH_MB sets another size than 64.
func BenchmarkBlob(b *testing.B) {
	size, err := strconv.Atoi(os.Getenv("CASEBOOK_BENCH_MB"))
	if err != nil {
		size = 64
	}
	half := bytes.Repeat(append(noise(512), make([]byte, 512)...), size<<10)
	for name, content := range map[string][]byte{"noise": noise(size << 20), "half": half} {
		b.Run(name, func(b *testing.B) {
			o := newOracle(b)
			file := o.write("big", string(content))
			b.SetBytes(int64(len(content)))
			var git time.Duration
			for b.Loop() {
				blob := takeFile(b, o, file, int64(len(content)))
				b.StopTimer()
				os.RemoveAll(filepath.Join(o.objects().path, blob.Hash.String()[:2]))
				start := time.Now()
				o.git("hash-object", "-w", "big")
				git += time.Since(start)
				os.RemoveAll(filepath.Join(o.objects().path, blob.Hash.String()[:2]))
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(git), "of-git")
		})
	}
}

func takeFile(b *testing.B, o *oracle, file string, size int64) *Blob {
	f := must(os.Open(file))
	defer f.Close()
	incoming := filepath.Join(o.dir, ".git", "casebook")
	if err := os.MkdirAll(incoming, 0o777); err != nil {
		b.Fatal(err)
	}
	blob := must(takeBlob(b.Context(), incoming, f, size, nil))
	if err := blob.place(objectDir{filepath.Join(o.dir, ".git", "objects")}); err != nil {
		b.Fatal(err)
	}
	return blob
}
