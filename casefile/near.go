package casefile

import (
	"fmt"
	"strings"
)

// didYouMean is what to say of a word that is none of those known.
func didYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ", known are " + strings.Join(known, ", ")
}

const maxMistyped = 40

// Nearest is the known word that a mistyped one most likely means, "" if none is close.
func Nearest(word string, known []string) string {
	best, least := "", max(1, len(word)/3)+1
	if len(word) > maxMistyped {
		return ""
	}
	word = strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(word))
	for _, k := range known {
		if d := distance(word, strings.ReplaceAll(k, "_", "-")); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out, changed or swapped with their
// neighbour to make b of a.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
