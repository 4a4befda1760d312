package casefile

import (
	"cmp"
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// Visible is text that cannot move the cursor or turn the line round: what comes from files
// and people may hold anything.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control)) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// OrNA is what the vendor's screens show for what is not there yet.
func OrNA(s string) string { return cmp.Or(s, "N/A") }

// OneLine is text for one line of talk or one cell of a table.
func OneLine(s string) string { return Visible(strings.Join(strings.Fields(s), " ")) }

// WriteCSV is for spreadsheets, which take a cell that starts with one of these for a formula
// and carry it out, some of them the full-width ones too; a quote before it makes it a text.
func WriteCSV(to io.Writer, rows [][]string) error {
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
				cell = "'" + cell
			}
			row[i] = Visible(cell)
		}
	}
	return csv.NewWriter(to).WriteAll(rows)
}
