package casefile

import (
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A node has a start and no end. Where a value ends is found by its style, and the splice
// proves by reading again that it was found right.

// start is where a node starts.
func (s *source) start(n *yaml.Node) int { return s.offset(n.Line, n.Column) }

// end is where a node ends, without the comment behind it.
func (s *source) end(n *yaml.Node) int {
	at := s.start(n)
	switch {
	case n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle != 0:
		return s.flowEnd(n)
	case n.Kind != yaml.ScalarNode:
		return s.end(n.Content[len(n.Content)-1])
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return s.quoteEnd(at+1, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return s.quoteEnd(at+1, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return s.blockEnd(s.lineEnd(at), n.Value)
	}
	at, _ = s.match(at, n.Value)
	return at
}

// flowEnd is behind the bracket that closes a flow collection.
func (s *source) flowEnd(n *yaml.Node) int {
	at := s.start(n) + 1
	if len(n.Content) > 0 {
		at = s.end(n.Content[len(n.Content)-1])
	}
	for at < len(s.text) {
		switch s.text[at] {
		case '}', ']':
			return at + 1
		case '#':
			at = s.lineEnd(at)
		default:
			at++
		}
	}
	return at
}

// quoteEnd is behind the quote that closes a text.
func (s *source) quoteEnd(at int, quote byte) int {
	for ; at < len(s.text); at++ {
		switch {
		case s.text[at] == '\\' && quote == '"':
			at++
		case s.text[at] != quote:
		case quote == '\'' && s.byteAt(at+1) == quote:
			at++
		default:
			return at + 1
		}
	}
	return at
}

// match follows a value without quotes through the text: both have the same characters
// but for white space, which folding and indenting change. Newlines are those of the value
// behind its last other character.
func (s *source) match(at int, value string) (end, newlines int) {
	end = at
	for _, r := range value {
		switch {
		case r == '\n':
			newlines++
			continue
		case r == ' ' || r == '\t':
			continue
		}
		for at < len(s.text) && isBlank(s.text[at]) {
			at++
		}
		at += utf8.RuneLen(r)
		end, newlines = at, 0
	}
	return min(end, len(s.text)), newlines
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// blockEnd is the end of the last line of a block text, of which trailing empty lines are
// part only if it keeps them.
func (s *source) blockEnd(at int, value string) int {
	at, newlines := s.match(at, value)
	for at < len(s.text) && s.text[at] != '\n' {
		at++
	}
	for ; newlines > 1; newlines-- {
		at = s.lineEnd(at)
		for at < len(s.text) && s.text[at] != '\n' {
			at++
		}
	}
	return at
}
