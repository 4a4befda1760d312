package casefile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// ErrSplice says that a file is written in a way in which the value cannot be changed
// without rewriting more than the value; a person has to do it.
var ErrSplice = errors.New("cannot be changed in place; edit the file by hand")

// Splice changes a record's file so that it says what the record now says. Only the bytes
// of values that differ change: comments, blank lines, key order, quoting and line ends
// stay as people wrote them. The nodes of the tree only say where to cut, for written back
// they would lose all that. Whatever was cut, the result is read again and must hold
// exactly the record, and every comment.
func Splice(src []byte, to Record) ([]byte, error) {
	if ps := Validate(to); len(ps) > 0 {
		return nil, ps
	}
	from, err := Locate(to.Path())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", to.Path(), err)
	}
	s := &splice{source: newSource(src)}
	root, ps := decode(from, s.source)
	if len(ps) > 0 {
		return nil, ps
	}
	differences := Diff(from, to)
	if len(differences) == 0 {
		return src, nil
	}
	s.kept = s.source.comments(root)
	s.mapping(root, from.fields(), to.fields())
	result := s.apply()
	if !s.proves(result, to) {
		return nil, fmt.Errorf("%s: %s: %w", to.Path(), differences[0].Field, ErrSplice)
	}
	return result, nil
}

// splice gathers the cuts to be made in a file.
type splice struct {
	*source
	kept []span // its comments
	cuts []cut
}

type cut struct {
	span
	text string
}

func (s *splice) cut(from, to int, text string) {
	s.cuts = append(s.cuts, cut{span{from, to}, text})
}

func (s *splice) apply() []byte {
	slices.SortStableFunc(s.cuts, func(a, b cut) int { return a.from - b.from })
	var result []byte
	at := 0
	for _, c := range s.cuts {
		if c.from > at {
			result = append(result, s.text[at:c.from]...)
		}
		result = append(result, c.text...)
		at = max(at, c.to)
	}
	return append(result, s.text[at:]...)
}

// proves reports whether a result holds exactly the record, and all comments in their order.
func (s *splice) proves(result []byte, to Record) bool {
	again, err := Locate(to.Path())
	if err != nil {
		return false
	}
	source := newSource(result)
	root, ps := decode(again, source)
	if len(ps) > 0 || len(Diff(again, to)) > 0 {
		return false
	}
	return slices.EqualFunc(s.kept, source.comments(root), func(a, b span) bool {
		return bytes.Equal(s.text[a.from:a.to], source.text[b.from:b.to])
	})
}

// mapping cuts what differs between two groups, of which n is what the first was read from.
func (s *splice) mapping(n *yaml.Node, from, to []field) {
	var missing []int
	for i, f := range to {
		key, value := child(n, f.key)
		switch {
		case value == nil && f.present():
			missing = append(missing, i)
		case value == nil:
		case !f.present():
			s.remove(n, key, value)
		default:
			s.value(value, from[i], f, isFlow(n))
		}
	}
	for _, i := range missing {
		s.insert(n, to, i)
	}
}

func (s *splice) value(n *yaml.Node, from, to field, flow bool) {
	switch {
	case to.group != nil:
		s.mapping(n, from.group.make(), to.group.make())
	case to.list != nil:
		s.items(n, from.list, to.list)
	case from.scalar.get() != to.scalar.get():
		s.scalar(n, to.scalar, flow)
	}
}

// scalar puts another text in place of one, in its own quotes where they can hold it.
func (s *splice) scalar(n *yaml.Node, to *scalar, flow bool) {
	start, end, text := s.start(n), s.end(n), to.get()
	switch {
	case isBlock(n):
		s.block(start, end, to.spell(flow))
		return
	case n.Style&yaml.SingleQuotedStyle != 0 && singleable(text):
		text = single(text)
	case n.Style != 0:
		text = double(text)
	case to.kind == plain || to.kind == quoted:
		text = plain.spell(text, flow)
	}
	s.cut(start, end, text)
}

// block puts a text of one line in place of a block text, whose header may have a comment.
func (s *splice) block(start, end int, text string) {
	header := bytes.IndexAny(s.text[start:end], " \t\r\n")
	s.cut(start, start+header, text)
	s.cut(s.lineEnd(start), s.lineEnd(end), "")
}

// items changes the items that both lists have and puts the new ones behind; a list that
// changed otherwise is written anew as a whole.
func (s *splice) items(n *yaml.Node, from, to *list) {
	if !grown(from, to) {
		s.rewrite(n, to)
		return
	}
	for i, item := range n.Content {
		s.value(item, from.item(i), to.item(i), isFlow(n))
	}
	if to.len() > from.len() {
		s.append(n, to, from.len())
	}
}

// grown reports whether one list has all items of another, with the same keys in each.
func grown(from, to *list) bool {
	if to.len() < from.len() {
		return false
	}
	for i := range from.len() {
		if !slices.Equal(present(from.item(i)), present(to.item(i))) {
			return false
		}
	}
	return true
}

// present are the names of the scalars that a field has.
func present(f field) (names []string) {
	f.eachScalar("", func(name string, f field) {
		if f.present() {
			names = append(names, name)
		}
	})
	return names
}

// newline is how the file ends its lines.
func (s *splice) newline() string {
	if i := bytes.IndexByte(s.text, '\n'); i > 0 && s.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// own gives lines of the canonical form the file's own line ends.
func (s *splice) own(lines []byte) string {
	return strings.ReplaceAll(string(lines), "\n", s.newline())
}
