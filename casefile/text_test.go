package casefile

import (
	"bytes"
	"encoding/csv"
	"testing"
)

func TestNoCellOfASpreadsheetIsAFormulaOrActsOnATerminal(t *testing.T) {
	for cell, want := range map[string]string{
		"":                    "",
		"a reason, quoted":    "a reason, quoted",
		"two\nlines":          "two\nlines",
		"=1+1":                "'=1+1",
		"+1":                  "'+1",
		"-1":                  "'-1",
		"@SUM(A1)":            "'@SUM(A1)",
		"＝1+1":                "'＝1+1",
		"＋1":                  "'＋1",
		"－1":                  "'－1",
		"＠SUM(A1)":            "'＠SUM(A1)",
		"\t=1+1":              "'\t=1+1",
		"\r=1+1":              "'\uFFFD=1+1",
		"\x1b[2Jall is gone":  "\uFFFD[2Jall is gone",
		"a\u202eturned round": "a\uFFFDturned round",
		"1 = 1":               "1 = 1",
	} {
		var out bytes.Buffer
		if err := WriteCSV(&out, [][]string{{"x", cell}}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || rows[0][1] != want {
			t.Errorf("%q: got %q %v, want %q", cell, rows, err, want)
		}
	}
}
