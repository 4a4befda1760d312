package casefile

import (
	"testing"

	"pgregory.net/rapid"
)

// strictly reads as if there were no quick way.
func strictly(t testing.TB, path string, src []byte) (Record, Problems) {
	t.Helper()
	rec, err := Locate(path)
	if err != nil {
		t.Skip(err)
	}
	_, ps := decode(rec, newSource(src))
	return rec, ps
}

// The quick reader takes only what the strict one takes, and reads the same in it.
func FuzzReadCanonical(f *testing.F) {
	for _, pattern := range []string{"good/*.yaml", "bad/*.yaml"} {
		for name, src := range files(f, pattern) {
			f.Add(pathOf(f, name), src)
		}
	}
	f.Fuzz(func(t *testing.T, path string, src []byte) {
		strict, ps := strictly(t, path, src)
		quick, _ := Locate(path)
		if !readCanonical(quick, src) {
			if len(ps) == 0 {
				same(t, mustRead(t, path, src), strict) // what it may have set is set anew
			}
			return
		}
		if len(ps) > 0 {
			t.Fatalf("read in silence: %v\n%s", ps, src)
		}
		same(t, quick, strict)
	})
}

func TestTheCanonicalFormIsReadQuickly(t *testing.T) {
	for name, src := range files(t, "good/*-canonical.yaml") {
		quick, err := Locate(pathOf(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if !readCanonical(quick, src) {
			t.Errorf("%s is left to the strict reader", name)
		}
	}
}

func TestWhatIsObviouslyATextIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9A-Za-z]{1,8}[0-9a-zA-Z _./@()<>+-]{0,70}|0[bxo]?[0-9a-f]{62,63}|[0-9a-f]{64}|[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}[Tt ][0-9.:+Zz-]*`).Draw(t, "text")
		if obvious(text) && (!plainByYAML(text, false) || !plainByYAML(text, true)) {
			t.Errorf("%q", text)
		}
	})
}
