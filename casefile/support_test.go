package casefile

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

const digestOf = Digest("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")

var (
	testCase = CaseRef{"acme", "20261123-ws-017"}
	testNow  = At(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
)

// pathOf is where a file of testdata would stand in a casebook, by the first word of its name.
func pathOf(t testing.TB, name string) string {
	kind, _, _ := strings.Cut(filepath.Base(name), "-")
	r, ok := map[string]Record{
		"book":      &Book{},
		"customer":  &Customer{Account: "acme"},
		"mitigator": &Mitigator{Account: "acme", Name: "tm-01"},
		"operator":  &Operator{Name: "jane"},
		"case":      &Case{Account: "acme", Key: testCase.Key},
		"pattern":   &Pattern{Account: "acme", ID: 3},
		"delivery":  &Delivery{Account: "acme", Pattern: 3, Mitigator: "tm-01"},
	}[kind]
	if !ok {
		t.Fatalf("%s does not start with the kind of its record", name)
	}
	return r.Path()
}

func files(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	found := map[string][]byte{}
	for _, name := range names {
		found[filepath.Base(name)] = readFile(t, name)
	}
	return found
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden compares with a file of testdata, or rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(readFile(t, name)); got != want {
		t.Errorf("%s differs\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

func mustRead(t testing.TB, path string, src []byte) Record {
	t.Helper()
	r, ps := Read(path, src)
	if len(ps) > 0 {
		t.Fatalf("%v\n%s", ps, src)
	}
	return r
}

func same(t testing.TB, got, want Record) {
	t.Helper()
	if ds := Diff(got, want); len(ds) > 0 {
		t.Fatalf("records differ: %v", ds)
	}
}
