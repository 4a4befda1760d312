package cmd

import (
	"fmt"
	"strings"
	"unicode"
)

// visible is text that cannot move the cursor or turn the line round: what comes from
// files and people may hold anything.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control)) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// oneLine is text for one line of talk or one cell of a table.
func oneLine(s string) string {
	return visible(strings.Join(strings.Fields(s), " "))
}

// short is text of n characters at the most.
func short(s string, n int) string {
	runes := []rune(oneLine(s))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bytesize is a size as people read it.
func bytesize(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, i := float64(n)/unit, 0
	for ; value >= unit && i < 4; i++ {
		value /= unit
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTP"[i])
}

// orNA is what the vendor's screens show for what is not there yet.
func orNA(s string) string {
	if s == "" {
		return "N/A"
	}
	return s
}
