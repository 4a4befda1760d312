package repo

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// deflatedBy is data in zlib's form as the standard library deflates it.
func deflatedBy(level int, data []byte) []byte {
	var b bytes.Buffer
	w := must(zlib.NewWriterLevel(&b, level))
	must(w.Write(data))
	must(0, w.Close())
	return b.Bytes()
}

func TestInflateMakesWhatWasDeflated(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(chance.Uint32())
	}
	skewed := make([]byte, 100_000) // some bytes are so rare that their codes become long
	for i := range skewed {
		skewed[i] = byte(min(255, chance.ExpFloat64()*12))
	}
	u := &inflater{}
	for name, data := range map[string][]byte{
		"nothing": nil, "a byte": {7}, "noise": noise, "skewed": skewed, "one byte again and again": make([]byte, 70_000),
		"a record":                 []byte("status: new-case-received\nendpoint: ws-017\nmitigation_server: tm-01\n"),
		"what repeats from far on": append(append(noise[:30_000:30_000], skewed...), noise[:30_000]...),
	} {
		for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
			in := deflatedBy(level, data)
			for _, behind := range []string{"", strings.Repeat("x", 20)} {
				out := make([]byte, len(data))
				if err := u.inflate(out, append(in[:len(in):len(in)], behind...)); err != nil || !bytes.Equal(out, data) {
					t.Fatalf("%s, level %d: %v", name, level, err)
				}
			}
			if len(data) > 0 && u.inflate(make([]byte, len(data)-1), in) == nil || u.inflate(make([]byte, len(data)+1), in) == nil {
				t.Errorf("%s, level %d: another size was taken, too", name, level)
			}
		}
	}
}

func TestInflateNoticesEveryDamage(t *testing.T) {
	data := []byte(strings.Repeat("status: new-case-received\nendpoint: ws-017\n", 20) + "0123456789abcdefghijklmnopqrstuvwxyz")
	in := deflatedBy(zlib.DefaultCompression, data)
	u, out := &inflater{}, make([]byte, len(data))
	for i := range in {
		if u.inflate(out, in[:i]) == nil {
			t.Errorf("cut off after %d bytes", i)
		}
		for bit := range 8 {
			damaged := bytes.Clone(in)
			damaged[i] ^= 1 << bit
			if u.inflate(out, damaged) == nil && !bytes.Equal(out, data) {
				t.Errorf("bit %d of byte %d was turned", bit, i)
			}
		}
	}
}

// Whatever is inflated is what the standard library makes of it. Checksums are left out, for no chance makes
// a right one.
func FuzzInflate(f *testing.F) {
	for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
		f.Add(deflatedBy(level, []byte("tree 0123\nparent 4567\nauthor Jane Doe <jane@acme.example>"))[2:])
		f.Add(deflatedBy(level, []byte(strings.Repeat("what repeats, ", 99)))[2:])
	}
	u := &inflater{}
	f.Fuzz(func(t *testing.T, in []byte) {
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(in)), 1<<16))
		out := make([]byte, len(want))
		if u.blocks(out, in) && (err != nil || !bytes.Equal(out, want)) {
			t.Fatalf("made %q; the library %q, %v", out, want, err)
		}
		if longer := make([]byte, len(want)+1); u.blocks(longer, in) && len(want) < 1<<16 {
			t.Fatalf("made %q; the library %q, %v", longer, want, err)
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	data := []byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 9d1dcc8fd0a6f3e5f0a0fe7df9e8a0d5a4c3a2b1\n" +
		"author Jane Doe <jane@acme.example> 1700000060 +0000\ncommitter Jane Doe <jane@acme.example> 1700000060 +0000\n\nchange 17\n")
	in := deflatedBy(zlib.DefaultCompression, data)
	b.Run("by hand", func(b *testing.B) {
		u := &inflater{}
		for b.Loop() {
			must(0, u.inflate(make([]byte, len(data)), in))
		}
	})
	b.Run("by the library", func(b *testing.B) {
		r := must(zlib.NewReader(bytes.NewReader(in)))
		for b.Loop() {
			must(0, r.(zlib.Resetter).Reset(bytes.NewReader(in), nil))
			must(io.ReadFull(r, make([]byte, len(data))))
		}
	})
}
