package casefile

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// insert puts the key of fields[i], and its value, behind the nearest key before it that
// the mapping has.
func (s *splice) insert(n *yaml.Node, fields []field, i int) {
	var before *yaml.Node
	for j := i - 1; j >= 0 && before == nil; j-- {
		if fields[j].present() {
			_, before = child(n, fields[j].key)
		}
	}
	if isFlow(n) {
		s.insertFlow(n, before, fields[i])
		return
	}
	column := n.Content[0].Column - 1
	var w writer
	w.field(fields[i], strings.Repeat(" ", column))
	if before == nil {
		at := s.lineStart(s.start(n.Content[0]))
		s.cut(at, at, s.own(w.text))
		return
	}
	s.insertLines(s.end(before), column, w.text)
}

// insertLines puts lines behind the line of an offset and the comments that are indented
// deeper than column, which belong to that line.
func (s *splice) insertLines(at, column int, lines []byte) {
	at = s.lineEnd(at)
	for isDeepComment(s.text[at:s.lineEnd(at)], column) {
		at = s.lineEnd(at)
	}
	text := s.own(lines)
	if s.byteAt(at-1) != '\n' {
		text = s.newline() + strings.TrimSuffix(text, s.newline())
	}
	s.cut(at, at, text)
}

func isDeepComment(line []byte, column int) bool {
	text := bytes.TrimLeft(line, " \t")
	return len(text) > 0 && text[0] == '#' && len(line)-len(text) > column
}

// insertFlow does the same between braces. A comma goes in with the key, on the side
// where there is a key to part it from.
func (s *splice) insertFlow(n, before *yaml.Node, f field) {
	json := isJSON(n)
	text := f.flowKey(json) + f.flow(json)
	if before == nil {
		at := s.start(n.Content[0])
		s.cut(at, at, text+","+s.separator(n))
		return
	}
	at := s.end(before)
	s.cut(at, at, ","+s.separator(n)+text)
}

// isJSON reports whether a flow collection is written as JSON would have it.
func isJSON(n *yaml.Node) bool {
	return len(n.Content) > 0 && n.Content[0].Style&yaml.DoubleQuotedStyle != 0
}

// separator is the white space between the entries of a flow collection: that before the
// first one if it has a line of its own, else a space.
func (s *splice) separator(n *yaml.Node) string {
	first := s.start(n.Content[0])
	line := s.text[s.lineStart(first):first]
	if len(bytes.TrimLeft(line, " \t")) > 0 {
		return " "
	}
	return s.newline() + string(line)
}

// append puts the items of a list from one on behind those in the file.
func (s *splice) append(n *yaml.Node, to *list, from int) {
	last := s.end(n.Content[len(n.Content)-1])
	if !isFlow(n) {
		var w writer
		w.items(to, from, strings.Repeat(" ", n.Column-1))
		s.insertLines(last, n.Column-1, w.text)
		return
	}
	json := isJSON(n) || isJSON(n.Content[0])
	s.cut(last, last, ","+s.separator(n)+flowItems(to, from, json))
}

// rewrite writes a list anew, and its comments before the items.
func (s *splice) rewrite(n *yaml.Node, to *list) {
	start, end := s.start(n), s.end(n)
	comments := s.commentsIn(start, end)
	if isFlow(n) {
		text := "["
		for _, c := range comments {
			text += " " + c + s.newline() + indentation
		}
		s.cut(start, end, text+flowItems(to, 0, isJSON(n))+"]")
		return
	}
	indent := strings.Repeat(" ", n.Column-1)
	var w writer
	for _, c := range comments {
		w.line(indent, c)
	}
	w.items(to, 0, indent)
	s.cut(start, end, s.own(bytes.TrimSpace(w.text)))
}
