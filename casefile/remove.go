package casefile

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// remove takes a key and its value out of a mapping. The comments in their lines stay, as
// lines of their own: what somebody noted outlives what it was noted about.
func (s *splice) remove(n, key, value *yaml.Node) {
	start, end := s.start(key), s.end(value)
	if isFlow(n) {
		s.removeFlow(start, end)
		return
	}
	start, end = s.lineStart(start), s.lineEnd(end)
	indent := strings.Repeat(" ", key.Column-1)
	var w writer
	for _, c := range s.commentsIn(start, end) {
		w.line(indent, c)
	}
	s.cut(start, end, s.own(w.text))
}

// commentsIn are the comments that start between two offsets.
func (s *splice) commentsIn(from, to int) (texts []string) {
	for _, c := range s.kept {
		if c.from >= from && c.from < to {
			texts = append(texts, string(s.text[c.from:c.to]))
		}
	}
	return texts
}

// removeFlow takes an entry from between braces, and with it the comma behind it, or that
// before it if it is the last one.
func (s *splice) removeFlow(start, end int) {
	comma := s.commaBehind(end)
	end = max(end, comma)
	text := ""
	for _, c := range s.commentsIn(start, end) {
		text += indentation + c + s.newline()
	}
	before := bytes.TrimRight(s.text[:start], " \t\r\n")
	switch {
	case comma > 0:
		start, end = s.withBlanks(start, end)
	case text == "" && bytes.HasSuffix(before, []byte(",")):
		start = len(before) - 1
	}
	s.cut(start, end, text)
}

// withBlanks is a stretch with the spaces behind it, or the whole lines if it fills them.
func (s *splice) withBlanks(from, to int) (int, int) {
	for s.byteAt(to) == ' ' {
		to++
	}
	line := s.lineStart(from)
	if len(bytes.TrimSpace(s.text[line:from])) == 0 && len(bytes.TrimSpace(s.text[to:s.lineEnd(to)])) == 0 {
		return line, s.lineEnd(to)
	}
	return from, to
}

// commaBehind is the offset behind the comma that follows an entry, 0 if none does.
func (s *splice) commaBehind(at int) int {
	for ; at < len(s.text); at++ {
		switch c := s.text[at]; {
		case c == ',':
			return at + 1
		case c == '#':
			at = s.lineEnd(at) - 1
		case !isBlank(c):
			return 0
		}
	}
	return 0
}
