package casefile

import (
	"bytes"
	"slices"
	"strings"
)

// Most files are as a verb left them: in the canonical form. Those are read without a YAML
// reader, which costs ten times as much. Whatever is out of the ordinary is left to the
// strict reader, and that nothing was misread is proved line by line: each must be what is
// written for the value read from it.

// Reader reads many files, one after the other. To bind fields to a record takes longer than
// to read its file, so of the kinds of which there are many it fills the same record again
// and again, and hands out copies.
type Reader struct {
	cases    mould[Case, *Case]
	patterns mould[Pattern, *Pattern]
	texts    texts
}

// Decode fills a located record, and finds everything that is wrong with its file.
func (r *Reader) Decode(rec Record, src []byte) Problems {
	if r.canonical(rec, src) {
		return nil
	}
	_, ps := decode(rec, newSource(src))
	return ps
}

// canonical fills a record from a file in the canonical form with nothing wrong in it. It
// reports whether it could; if not, the record is to be filled by the strict reader, which
// sets all that this one may have set.
func (r *Reader) canonical(rec Record, src []byte) bool {
	if len(src) > MaxFile {
		return false
	}
	l := &lines{src, &r.texts}
	switch rec := rec.(type) {
	case *Case:
		return r.cases.fill(rec, l)
	case *Pattern:
		return r.patterns.fill(rec, l)
	}
	return l.all(rec, rec.fields())
}

// mould is a record of one kind with its fields bound to it.
type mould[T any, P interface {
	*T
	Record
}] struct {
	rec    T
	fields []field
}

func (m *mould[T, P]) fill(to P, l *lines) bool {
	if m.fields == nil {
		m.fields = P(&m.rec).fields()
	}
	m.rec = *to // what the path says
	if !l.all(P(&m.rec), m.fields) {
		return false
	}
	*to = m.rec
	return true
}

// lines are the lines of a file that were not read yet.
type lines struct {
	rest  []byte
	texts *texts
}

// all fills a record from all lines.
func (l *lines) all(rec Record, fields []field) bool {
	return l.fields(fields, "") && len(l.rest) == 0 && len(rec.check()) == 0
}

func (l *lines) fields(fields []field, indent string) bool {
	for _, f := range fields {
		value, there := l.take(indent, f.key)
		switch {
		case !there && f.required:
			return false
		case !there:
		case f.scalar != nil:
			if !l.scalar(f.scalar, value) {
				return false
			}
		case f.list != nil || len(value) > 0 || !l.group(f.group, indent+indentation):
			return false
		}
	}
	return true
}

// take is what stands behind a key and its colon, if the next line is the key's.
func (l *lines) take(indent, key string) (value []byte, there bool) {
	n := len(indent) + len(key)
	if len(l.rest) <= n || string(l.rest[:len(indent)]) != indent || string(l.rest[len(indent):n]) != key || l.rest[n] != ':' {
		return nil, false
	}
	value, rest, ended := bytes.Cut(l.rest[n+1:], []byte("\n"))
	if ended {
		l.rest = rest
	}
	return value, ended
}

// group fills a group; one of which nothing is there would not have been written.
func (l *lines) group(g *group, indent string) bool {
	before := len(l.rest)
	if !l.fields(g.mould(), indent) || len(l.rest) == before {
		return false
	}
	g.cast()
	return true
}

// scalar sets a scalar that is spelt in one of the simple ways.
func (l *lines) scalar(s *scalar, spelt []byte) bool {
	if len(spelt) < 2 || spelt[0] != ' ' {
		return false
	}
	spelt = spelt[1:]
	value := spelt
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	if bytes.IndexByte(value, '"') >= 0 || bytes.IndexByte(value, '\\') >= 0 {
		return false
	}
	text := l.texts.text(value)
	if text == "" || len(s.words) > 0 && !slices.Contains(s.words, text) {
		return false
	}
	s.set(text)
	if s.get() != text { // it is not what belongs there, or could be said in another way
		return false
	}
	if len(value) < len(spelt) && s.kind == quoted && isSimple(text) {
		return true
	}
	return s.kind.spell(text, false) == string(spelt)
}

// texts are some texts that were read lately: of names, dates and the like one string is enough.
type texts [256]string

const longestKept = 40 // what is longer hardly comes again

func (t *texts) text(value []byte) string {
	if len(value) > longestKept {
		return string(value)
	}
	sum := uint32(2166136261)
	for _, c := range value {
		sum = (sum ^ uint32(c)) * 16777619
	}
	known := &t[sum>>16%uint32(len(t))]
	if *known != string(value) {
		*known = string(value)
	}
	return *known
}

// obvious reports whether a text is so plainly a text that no reader of YAML takes it for
// anything else; of most texts this saves asking one.
func obvious(text string) bool {
	if isDigest(text) {
		return strings.ContainsAny(text, "acdf") // with b or e alone it might be a number
	}
	if text == "" || !isAlnum(text[0]) || text[len(text)-1] == ' ' {
		return false
	}
	word := isLetter(text[0])
	telling := word && len(text) > len("false") // longer than every word with a meaning of its own
	for i := range len(text) {
		switch c := text[i]; {
		case isLetter(c):
			telling = telling || !word && strings.IndexByte("ghijklmnpqrsuvw", c) >= 0 // in no number and no date
		case (c < '0' || c > '9') && strings.IndexByte(" _./@()<>+-", c) < 0:
			return false
		default:
			telling = telling || word // those words are all letters
		}
	}
	return telling
}
