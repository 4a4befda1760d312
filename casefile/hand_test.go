package casefile

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hand writes a record as some person might: in an own order, with comments, blank lines,
// all kinds of quotes, and braces.
type hand struct {
	t        *rapid.T
	text     strings.Builder
	comments int
	sealed   bool // a block text stands before, which would take what follows as its own
}

func (h *hand) chance(n int, what string) bool { return rapid.IntRange(1, n).Draw(h.t, what) == 1 }

func (h *hand) comment() string {
	h.comments++
	return fmt.Sprintf("# é: note %d, 'of' \"many\" }]", h.comments)
}

func (h *hand) lineEnd() {
	if h.chance(3, "comment behind") {
		h.text.WriteString("  " + h.comment())
	}
	h.text.WriteString("\n")
}

func (h *hand) between(indent string) {
	if h.sealed {
		h.sealed = false
		return
	}
	if h.chance(4, "comment line") {
		h.text.WriteString(indent + strings.Repeat(" ", rapid.IntRange(0, 3).Draw(h.t, "deeper")) + h.comment() + "\n")
	}
	if h.chance(5, "blank line") {
		h.text.WriteString("\n")
	}
}

func (h *hand) shuffled(fields []field) []field {
	var own []field
	for _, f := range fields {
		if f.present() {
			own = append(own, f)
		}
	}
	return rapid.Permutation(own).Draw(h.t, "order")
}

func (h *hand) mapping(fields []field, indent string, first bool) {
	for _, f := range h.shuffled(fields) {
		if !first {
			h.between(indent)
			h.text.WriteString(indent)
		}
		first = false
		h.text.WriteString(f.key + ":")
		h.value(f, indent)
	}
}

// value writes what stands behind a colon or a dash.
func (h *hand) value(f field, indent string) {
	deeper := indent + strings.Repeat(" ", rapid.IntRange(1, 4).Draw(h.t, "indent"))
	switch {
	case f.scalar != nil && h.block(f.scalar, deeper):
	case f.scalar != nil:
		if h.chance(8, "value below") {
			h.text.WriteString("\n" + deeper)
		} else {
			h.text.WriteString(strings.Repeat(" ", rapid.IntRange(1, 3).Draw(h.t, "spaces")))
		}
		h.text.WriteString(h.quote(f.scalar, false))
		h.lineEnd()
	case h.chance(4, "braces"):
		h.text.WriteString(" ")
		h.flow(f, deeper)
		h.lineEnd()
	case f.group != nil:
		h.lineEnd()
		h.mapping(f.group.make(), deeper, false)
	default:
		h.lineEnd()
		h.items(f.list, rapid.SampledFrom([]string{indent, deeper}).Draw(h.t, "list indent"))
	}
}

func (h *hand) items(l *list, indent string) {
	for i := range l.len() {
		h.between(indent)
		h.text.WriteString(indent + "-")
		if item := l.item(i); item.group != nil && !h.chance(4, "braces") {
			h.text.WriteString(" ")
			h.mapping(item.group.make(), indent+"  ", true)
		} else if item.group != nil {
			h.text.WriteString(" ")
			h.flow(item, indent+"  ")
			h.lineEnd()
		} else {
			h.value(item, indent)
		}
	}
}

var blockable = regexp.MustCompile(`^[a-z]+(\n+[a-z]+)*\n*$`)

func (h *hand) block(s *scalar, indent string) bool {
	text := s.get()
	if s.kind == number || !blockable.MatchString(text) || !h.chance(2, "block text") {
		return false
	}
	chomp := []string{"-", "", "+"}[min(2, len(text)-len(strings.TrimRight(text, "\n")))]
	h.text.WriteString(" |" + chomp)
	h.lineEnd()
	for line := range strings.Lines(text) {
		if line != "\n" {
			h.text.WriteString(indent)
		}
		h.text.WriteString(strings.TrimSuffix(line, "\n") + "\n")
	}
	h.sealed = true
	return true
}

func (h *hand) quote(s *scalar, flow bool) string {
	text := s.get()
	spellings := []string{double(text)}
	if s.kind == number || s.kind == moment || plainable(text, flow) {
		spellings = append(spellings, text)
	}
	if singleable(text) {
		spellings = append(spellings, single(text))
	}
	if s.kind == number {
		return text
	}
	return rapid.SampledFrom(spellings).Draw(h.t, "quotes")
}

func (h *hand) gap(indent string) {
	switch rapid.IntRange(1, 4).Draw(h.t, "gap") {
	case 1:
		h.text.WriteString(" " + h.comment() + "\n" + indent)
	case 2:
		h.text.WriteString("\n" + indent)
	case 3:
		h.text.WriteString(" ")
	}
}

// flow writes a value between braces or brackets, in as many lines as it likes.
func (h *hand) flow(f field, indent string) {
	switch {
	case f.scalar != nil:
		h.text.WriteString(h.quote(f.scalar, true))
	case f.group != nil:
		h.flowMapping(f.group.make(), indent)
	default:
		h.text.WriteString("[")
		for i := range f.list.len() {
			h.part(i, indent)
			h.flow(f.list.item(i), indent)
		}
		h.gap(indent)
		h.text.WriteString("]")
	}
}

func (h *hand) flowMapping(fields []field, indent string) {
	h.text.WriteString("{")
	for i, f := range h.shuffled(fields) {
		h.part(i, indent)
		h.text.WriteString(rapid.SampledFrom([]string{f.key, double(f.key), single(f.key)}).Draw(h.t, "key") + ": ")
		h.flow(f, indent)
	}
	if h.chance(3, "trailing comma") {
		h.text.WriteString(",")
	}
	h.gap(indent)
	h.text.WriteString("}")
}

func (h *hand) part(i int, indent string) {
	if i > 0 {
		h.gap(indent)
		h.text.WriteString(",")
	}
	h.gap(indent)
}

// record is the whole file.
func (h *hand) record(r Record) []byte {
	if h.chance(4, "start") {
		h.text.WriteString("--- " + h.comment() + "\n")
	}
	h.between("")
	if h.chance(6, "braces") {
		h.flowMapping(r.fields(), " ")
		h.text.WriteString("\n")
	} else {
		h.mapping(r.fields(), "", false)
	}
	text := h.text.String()
	if h.chance(3, "CRLF") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if h.chance(4, "no newline") && !strings.Contains(text, "|+") {
		text = strings.TrimRight(text, "\r\n")
	}
	return []byte(text)
}

// However a record was written by hand, and whatever it becomes, the splice makes it so,
// keeps every comment, and leads back the same way.
func TestSpliceByHand(t *testing.T) { rapid.Check(t, spliceByHand) }

func FuzzSplice(f *testing.F) { f.Fuzz(rapid.MakeFuzz(spliceByHand)) }

func spliceByHand(t *rapid.T) {
	from := drawRecord(t)
	h := &hand{t: t}
	src := h.record(from)
	read, ps := Read(from.Path(), src)
	if len(ps) > 0 || len(Diff(read, from)) > 0 {
		t.Fatalf("the hand wrote something else: %v\n%s", ps, src)
	}
	to, _ := Locate(from.Path())
	fillRecord(t, to)
	got := checkSplice(t, src, to)
	for i := range h.comments {
		if note := fmt.Appendf(nil, "note %d,", i+1); bytes.Count(got, note) != bytes.Count(src, note) {
			t.Fatalf("comment %d lost\n%s\n%s", i+1, src, got)
		}
	}
	checkSplice(t, got, from)
}
