package casefile

import (
	"strings"
	"testing"
)

func TestACellIsNoFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"for ws-017": "for ws-017",
		"=1+1":       "'=1+1",
		"@SUM(A1)":   "'@SUM(A1)",
		"-2":         "'-2",
		"＝1":         "'＝1",
		"\tx":        "'\tx",
		"a\x1b[2Jb":  "a\uFFFD[2Jb",
		"a\u202Eb":   "a\uFFFDb",
		"":           "",
	} {
		var got strings.Builder
		if err := WriteCSV(&got, [][]string{{cell, "end"}}); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Trim(got.String(), "\""), want+",end\n"; got != want {
			t.Errorf("%q became %q, not %q", cell, got, want)
		}
	}
}
