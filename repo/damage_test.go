package repo

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// A disk goes bad at any place. Whatever byte of git's files is another, an object is read as it was, or is an error.
func TestADamagedObjectIsNeverTakenForItself(t *testing.T) {
	o := newOracle(t)
	for i := range 40 {
		o.write("big.txt", strings.Repeat(fmt.Sprintln("a line that repeats", i%7), packIndexEnd)+strings.Repeat("x", i))
		o.write(fmt.Sprintf("folder/file-%d.yaml", i), fmt.Sprintf("status: case-closed\nendpoint: ws-%d\n", i))
		o.git("add", ".")
		o.git("commit", "-qm", fmt.Sprint("commit ", i))
		if i == 20 {
			o.git("repack", "-adfq", "--depth=50")
		}
	}
	objects := map[plumbing.Hash]plumbing.ObjectType{}
	for line := range strings.Lines(o.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")) {
		hash, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
		objects[plumbing.NewHash(hash)] = must(plumbing.ParseObjectType(kind))
	}
	common := filepath.Join(o.dir, ".git")
	files := append(must(filepath.Glob(filepath.Join(common, "objects", "pack", "pack-*.[ip][da][xc]*"))),
		must(filepath.Glob(filepath.Join(common, "objects", "[0-9a-f][0-9a-f]", "*")))[:10]...)
	chance := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		file := files[round%len(files)]
		if round%3 > 0 {
			file = files[round%2]
		}
		sound := must(os.ReadFile(file))
		damaged := damage(chance, sound)
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		r := &reader{common: common}
		wrong := 0
		for h, kind := range objects {
			data, err := r.bytes(kind, h, maxObject)
			if err == nil && plumbing.ComputeHash(kind, data) != h {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("round %d: %s: %d objects are others", round, filepath.Base(file), wrong)
		}
		r.close()
		if err := os.WriteFile(file, sound, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// damage makes another file of a sound one.
func damage(chance *rand.Rand, sound []byte) []byte {
	damaged := append([]byte{}, sound...)
	switch at := chance.IntN(len(damaged)); chance.IntN(6) {
	case 0:
		return damaged[:at]
	case 1:
		clear(damaged[at:min(at+512, len(damaged))])
	default:
		damaged[at] ^= 1 << chance.IntN(8)
	}
	return damaged
}

// An index that was made to harm makes nobody fall, nor take all memory.
func TestAHostilePackIsAnError(t *testing.T) {
	name := plumbing.NewHash(strings.Repeat("ff", 20))
	other := plumbing.NewHash(strings.Repeat("fe", 20))
	to := func(h plumbing.Hash) []byte { // a delta of an object by name, of no bytes to no bytes
		return slices.Concat([]byte{byte(plumbing.REFDeltaObject)<<4 | 2}, h[:], deflatedBy(1, []byte{0, 0}))
	}
	for what, pack := range map[string]struct {
		content []byte
		index   []byte
	}{
		"a negative offset":      {nil, packIndex(1, []plumbing.Hash{name}, []uint64{1<<63 | 4711})},
		"an offset beyond":       {nil, packIndex(1, []plumbing.Hash{name}, []uint64{1<<62 + 1})},
		"billions of objects":    {nil, packIndex(1<<31, []plumbing.Hash{name}, []uint64{12})},
		"a delta of itself":      {to(name), packIndex(1, []plumbing.Hash{name}, []uint64{12})},
		"two deltas in a circle": {append(to(other), to(name)...), packIndex(2, []plumbing.Hash{other, name}, []uint64{12 + uint64(len(to(other))), 12})},
		"a size of exabytes":     {[]byte{byte(plumbing.BlobObject)<<4 | 0x8f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, packIndex(1, []plumbing.Hash{name}, []uint64{12})},
	} {
		t.Run(what, func(t *testing.T) {
			o := newOracle(t)
			folder := filepath.Join(o.dir, ".git", "objects", "pack")
			content := append([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01"), pack.content...)
			sum := sha1.Sum(content)
			for file, data := range map[string][]byte{"pack-1.pack": append(content, sum[:]...), "pack-1.idx": pack.index} {
				if err := os.WriteFile(filepath.Join(folder, file), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r := &reader{common: filepath.Join(o.dir, ".git")}
			defer r.close()
			if _, err := r.bytes(plumbing.BlobObject, name, maxRecord); err == nil {
				t.Error("it was read")
			}
			r.sweep(plumbing.BlobObject, slices.Repeat([]plumbing.Hash{name}, fewSwept), func() func(int, []byte, error) {
				return func(_ int, _ []byte, err error) {
					if err == nil {
						t.Error("it was swept")
					}
				}
			})
		})
	}
}

// packIndex is an index of objects with eight-byte offsets, which says that there are so many.
func packIndex(count uint32, names []plumbing.Hash, offsets []uint64) []byte {
	b := []byte(packIndexMagic)
	for i := range 256 {
		n := uint32(0)
		for _, name := range names {
			if int(name[0]) <= i {
				n++
			}
		}
		if i == 255 {
			n = count
		}
		b = binary.BigEndian.AppendUint32(b, n)
	}
	for _, name := range names {
		b = append(b, name[:]...)
	}
	b = append(b, make([]byte, 4*len(names))...)
	for i := range names {
		b = binary.BigEndian.AppendUint32(b, 1<<31|uint32(i))
	}
	for _, at := range offsets {
		b = binary.BigEndian.AppendUint64(b, at)
	}
	return append(b, make([]byte, packIndexEnd)...)
}
