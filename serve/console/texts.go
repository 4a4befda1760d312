package console

import (
	"sort"
	"strings"
)

// texts is what stands in the rows of a list, in lower case and one after the other: one
// search through all of it is quicker than one in each row.
type texts struct {
	all  string
	ends []int // where the text of each row ends
}

func newTexts(n int, text func(int) string) *texts {
	var all strings.Builder
	t := &texts{ends: make([]int, n)}
	for i := range n {
		all.WriteString(strings.ToLower(text(i)))
		all.WriteByte(0) // so that nothing is found across two rows
		t.ends[i] = all.Len()
	}
	t.all = all.String()
	return t
}

// with are the rows in which a word, in lower case, stands.
func (t *texts) with(word string) []bool {
	fit := make([]bool, len(t.ends))
	if strings.Contains(word, "\x00") {
		return fit
	}
	for at, row := 0, 0; ; {
		hit := strings.Index(t.all[at:], word)
		if hit < 0 {
			return fit
		}
		rest := t.ends[row:]
		row += sort.Search(len(rest), func(i int) bool { return rest[i] > at+hit })
		fit[row] = true
		at = t.ends[row]
	}
}

// row is what stands in one row.
func (t *texts) row(i int) string {
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from : t.ends[i]-1]
}
