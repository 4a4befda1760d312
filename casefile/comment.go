package casefile

import (
	"bytes"

	"gopkg.in/yaml.v3"
)

// span is a stretch of a file, from an offset to before another.
type span struct{ from, to int }

// comments are the comments of a file in their order: every "#" that stands outside of
// keys and values starts one.
func (s *source) comments(root *yaml.Node) []span {
	var found []span
	at := 0
	gap := func(to int) {
		for at < to {
			i := bytes.IndexByte(s.text[at:to], '#')
			if i < 0 {
				break
			}
			from := at + i
			at = s.lineEnd(from)
			found = append(found, span{from, from + len(bytes.TrimRight(s.text[from:at], "\r\n"))})
		}
	}
	s.eachText(root, func(start, end int) {
		gap(start)
		at = end
	})
	gap(len(s.text))
	return found
}

// eachText visits the keys and values of a tree in their order. The header of a block
// text, which may have a comment, counts as outside.
func (s *source) eachText(n *yaml.Node, visit func(start, end int)) {
	if n.Kind == yaml.ScalarNode {
		start := s.start(n)
		end := s.end(n)
		if isBlock(n) {
			start = s.lineEnd(start)
		}
		visit(start, end)
	}
	for _, inner := range n.Content {
		s.eachText(inner, visit)
	}
}

func isBlock(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }
