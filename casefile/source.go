package casefile

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"
)

// source is the text of a file with its lines, to go between the places of YAML nodes
// and offsets.
type source struct {
	text  []byte
	lines []int // where each line starts
	ascii bool
	last  mark // where offset went last: nodes come in order, and lines may be long
}

type mark struct{ line, column, at int }

func newSource(text []byte) *source {
	s := &source{text: text, lines: []int{0}, ascii: true}
	for i, c := range text {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
		s.ascii = s.ascii && c < utf8.RuneSelf
	}
	return s
}

// offset is where a line and column are. A node's column counts characters, not bytes.
func (s *source) offset(line, column int) int {
	if line > len(s.lines) {
		return len(s.text)
	}
	if s.ascii {
		return min(s.lines[line-1]+column-1, len(s.text))
	}
	if line != s.last.line || column < s.last.column {
		s.last = mark{line, 1, s.lines[line-1]}
	}
	for ; s.last.column < column && s.last.at < len(s.text); s.last.column++ {
		_, size := utf8.DecodeRune(s.text[s.last.at:])
		s.last.at += size
	}
	return s.last.at
}

// place is the line and column of an offset.
func (s *source) place(at int) (line, column int) {
	line = sort.SearchInts(s.lines, at+1)
	return line, utf8.RuneCount(s.text[s.lines[line-1]:at]) + 1
}

// lineStart is where the line that holds an offset starts.
func (s *source) lineStart(at int) int { return bytes.LastIndexByte(s.text[:at], '\n') + 1 }

// lineEnd is where the line after the one that holds an offset starts.
func (s *source) lineEnd(at int) int {
	if i := bytes.IndexByte(s.text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s.text)
}

// byteAt is the byte at an offset, 0 behind the end.
func (s *source) byteAt(at int) byte {
	if at < 0 || at >= len(s.text) {
		return 0
	}
	return s.text[at]
}

// MaxFile and MaxDelivery are the most bytes a record's file may have; deliveries grow
// with every report.
const (
	MaxFile     = 1 << 20
	MaxDelivery = 16 << 20
)

const maxEncodingProblems = 20

// check finds what must be known of a file's bytes before yaml.v3 sees them: it names no
// place for a character it dislikes, and takes a byte-order mark and UTF-16.
func (s *source) check() (ps Problems) {
	for mark, noun := range map[string]string{"\ufeff": "byte-order mark", "\xff\xfe": "UTF-16", "\xfe\xff": "UTF-16"} {
		if bytes.HasPrefix(s.text, []byte(mark)) {
			return Problems{{Line: 1, Column: 1, Rule: RuleEncoding, Text: noun, Hint: "save the file as UTF-8 without a byte-order mark"}}
		}
	}
	for i, start := range s.lines {
		end := len(s.text)
		if i+1 < len(s.lines) {
			end = s.lines[i+1]
		}
		if at, complaint := misfit(s.text[start:end]); complaint != "" {
			line, column := s.place(start + at)
			ps = append(ps, Problem{Line: line, Column: column, Rule: RuleEncoding, Text: complaint})
		}
		if len(ps) == maxEncodingProblems {
			break
		}
	}
	return ps
}

// misfit is the first character of a line that no file may hold. With a lone carriage
// return, or a separator of another kind, yaml.v3 would count lines otherwise than people do.
func misfit(line []byte) (at int, complaint string) {
	for at < len(line) {
		if c := line[at]; ' ' <= c && c <= '~' {
			at++
			continue
		}
		r, size := utf8.DecodeRune(line[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			return at, fmt.Sprintf("byte 0x%02X is not UTF-8", line[at])
		case r == '\r' && (at+1 == len(line) || line[at+1] != '\n'):
			return at, "carriage return without a line feed"
		case r != '\r' && r != '\n' && r != '\t' && hidden(r):
			return at, fmt.Sprintf("control character %U", r)
		}
		at += size
	}
	return 0, ""
}

// hidden reports whether a character may only stand as an escape in a quoted text.
func hidden(r rune) bool {
	return r != utf8.RuneError && unprintable(r) || r == 0xFFFE || r == 0xFFFF
}
