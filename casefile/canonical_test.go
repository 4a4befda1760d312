package casefile

import (
	"strings"
	"testing"
	"time"

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
	var r Reader
	f.Fuzz(func(t *testing.T, path string, src []byte) {
		strict, ps := strictly(t, path, src)
		quick, _ := Locate(path)
		if !r.canonical(quick, src) {
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

// canonical are records as they are written, by path: one of each kind that has no list, with
// all that can be in it, and the two of which there are many also with as little as can be.
func canonical() map[string][]byte {
	by := Stamp{At: testNow, By: "Jane Doe <jane@acme.example>"}
	full := testCase.Receive("WS 017", "tm-01", Forensics{"ws-017.zip", 48211, digestOf}, testNow)
	full.CaseID, full.Updated, full.Status = "1-10293847", testNow, CaseClosed
	full.Closing = &Closing{MitigatorNotified, "the threats are gone", by}
	bare := testCase
	bare.Key += "-2"
	written := map[string][]byte{}
	for _, rec := range []Record{
		full, bare.Receive("ws", "tm-01", Forensics{"a.zip", 1, digestOf}, testNow),
		&Pattern{Account: "acme", ID: 3, Type: Bandage, Version: "1.10", Description: "for ws-017", File: &File{"lpt$vpn.123", 1048576, digestOf}, Uploaded: testNow, UploadedBy: by.By,
			Target: Target{testCase.Key, &by}, ReissueOf: 2, Withdrawn: &Withdrawal{"it was a bad one", by}},
		&Pattern{Account: "acme", ID: 4, Type: None, Description: "yes", Uploaded: testNow, UploadedBy: "J", Target: Target{Case: testCase.Key}},
		&Book{1, "main", SignaturesRequired}, &Customer{Account: "acme", Company: "Acme"},
		&Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf, Previous: &Token{digestOf[1:] + "0", testNow}, Added: testNow, Revoked: testNow},
		&Operator{Name: "jane", TokenSHA256: digestOf, Added: testNow, Revoked: testNow},
	} {
		written[rec.Path()] = Write(rec)
	}
	return written
}

func TestTheCanonicalFormIsReadQuickly(t *testing.T) {
	var r Reader
	for path, src := range canonical() {
		quick, err := Locate(path)
		if err != nil {
			t.Fatal(err)
		}
		if !r.canonical(quick, src) {
			t.Errorf("%s is left to the strict reader", path)
		}
	}
}

// Whatever is written is read as the strict reader reads it.
func TestWhatIsWrittenIsReadQuicklyOrStrictly(t *testing.T) {
	var r Reader
	rapid.Check(t, func(t *rapid.T) {
		rec := drawRecord(t)
		got, _ := Locate(rec.Path())
		if ps := r.Decode(got, Write(rec)); len(ps) > 0 {
			t.Fatalf("%v\n%s", ps, Write(rec))
		}
		if ds := Diff(got, rec); len(ds) > 0 {
			t.Errorf("%v\n%s", ds, Write(rec))
		}
	})
}

// Whatever happens to a line of a canonical file, the two readers agree on it.
func TestBothReadersAgreeOnEveryLine(t *testing.T) {
	var r Reader
	for path, src := range canonical() {
		lines := strings.SplitAfter(strings.TrimSuffix(string(src), "\n"), "\n")
		for i, line := range lines {
			key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			for _, other := range []string{
				"", line + line, " " + line, strings.TrimPrefix(line, " "), strings.TrimPrefix(line, "  "), "  " + line,
				key + ":" + value + "\n", key + ":  " + value + "\n", key + ": " + value + " \n", key + ": " + value + "\r\n", key + ": " + value,
				key + ":\n", key + ": \n", key + ": \"\"\n", key + ": \"" + value + "\"\n", key + ": " + strings.Trim(value, `"`) + "\n", key + ": '" + value + "'\n",
				key + ": 0001-01-01T00:00:00Z\n", key + ": 0\n", key + ": 007\n", key + ": yes\n", key + ": \"\u00e9\"\n", key + ": \u00e9\u00e9\n", key + ": |\n  " + value + "\n",
			} {
				changed := strings.Join(lines[:i], "") + other + strings.Join(lines[i+1:], "")
				strict, ps := strictly(t, path, []byte(changed))
				quick, _ := Locate(path)
				if !r.canonical(quick, []byte(changed)) {
					continue
				}
				if len(ps) > 0 {
					t.Errorf("%s: read in silence: %v\n%s", path, ps, changed)
				}
				if ds := Diff(quick, strict); len(ds) > 0 {
					t.Errorf("%s: %v\n%s", path, ds, changed)
				}
				if string(Write(quick)) != changed {
					t.Errorf("%s: taken for canonical:\n%s", path, changed)
				}
			}
		}
	}
}

// A reader hands out copies: what it reads next does not change them.
func TestWhatWasReadStays(t *testing.T) {
	var r Reader
	read := map[string]Record{}
	for range 2 {
		for path, src := range canonical() {
			read[path], _ = Locate(path)
			if ps := r.Decode(read[path], src); len(ps) > 0 {
				t.Fatal(ps)
			}
		}
	}
	for path, src := range canonical() {
		if got := Write(read[path]); string(got) != string(src) {
			t.Errorf("%s is now\n%s", path, got)
		}
	}
}

// BenchmarkRead reads a closed case as it was written, and tells the ratio to the strict reader.
func BenchmarkRead(b *testing.B) {
	path := (&Case{Account: testCase.Account, Key: testCase.Key}).Path()
	src := canonical()[path]
	var r Reader
	var quick, strict time.Duration
	for b.Loop() {
		start := time.Now()
		rec, _ := Locate(path)
		if ps := r.Decode(rec, src); len(ps) > 0 {
			b.Fatal(ps)
		}
		quick += time.Since(start)
		start = time.Now()
		rec, _ = Locate(path)
		if _, ps := decode(rec, newSource(src)); len(ps) > 0 {
			b.Fatal(ps)
		}
		strict += time.Since(start)
	}
	b.ReportMetric(float64(quick.Nanoseconds())/float64(b.N), "quick-ns")
	b.ReportMetric(float64(quick)/float64(strict), "of-strict")
}

func TestWhatIsObviouslyATextIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`(?i:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|e5|0x1f|1_000|12:30:45|190:20:30)[ ._-]?[0-9a-z]?`), rapid.StringMatching(`[0-9A-Za-z]{1,8}[0-9a-zA-Z _./@()<>+-]{0,70}|0[bxo]?[0-9a-f]{62,63}|[0-9a-f]{64}|[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}[Tt ][0-9.:+Zz-]*`)).Draw(t, "text")
		if obvious(text) && (!plainByYAML(text, false) || !plainByYAML(text, true)) {
			t.Errorf("%q", text)
		}
	})
}
