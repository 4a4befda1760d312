package casefile

import (
	"bytes"
	"strings"
)

// Most files are as a verb left them: in the canonical form. Those are read without a YAML
// reader, which costs ten times as much. Whatever is out of the ordinary is left to the
// strict reader, and that nothing was misread is proved by writing it again.

// readCanonical fills a record from a file in the canonical form with nothing wrong in it.
// It reports whether it could; if not, the record is to be filled by the strict reader,
// which sets all that this one may have set.
func readCanonical(rec Record, src []byte) bool {
	if len(src) > MaxFile {
		return false
	}
	fields := rec.fields()
	l := &lines{string(src)}
	if !l.fields(fields, "") || l.rest != "" || len(rec.check()) > 0 {
		return false
	}
	w := writer{text: make([]byte, 0, len(src))}
	w.fields(fields, "")
	return bytes.Equal(w.text, src)
}

// lines are the lines of a file that were not read yet.
type lines struct{ rest string }

func (l *lines) fields(fields []field, indent string) bool {
	for _, f := range fields {
		value, there := l.take(indent, f.key)
		switch {
		case !there && f.required:
			return false
		case !there:
		case f.scalar != nil:
			if !f.scalar.take(value) {
				return false
			}
		case f.list != nil || value != "":
			return false
		default:
			if !l.fields(f.group.make(), indent+indentation) {
				return false
			}
		}
	}
	return true
}

// take is what stands behind a key, if the next line is the key's.
func (l *lines) take(indent, key string) (value string, there bool) {
	rest, ok := strings.CutPrefix(l.rest, indent)
	if !ok {
		return "", false
	}
	if rest, ok = strings.CutPrefix(rest, key); !ok || rest == "" || rest[0] != ':' {
		return "", false
	}
	value, l.rest, ok = strings.Cut(rest[1:], "\n")
	return strings.TrimPrefix(value, " "), ok
}

// take sets a scalar that is spelt in one of the simple ways.
func (s *scalar) take(value string) bool {
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	if strings.ContainsAny(value, `"\`) {
		return false
	}
	if _, complaint := s.judge(value); complaint != "" {
		return false
	}
	s.set(value)
	return true
}

// obvious reports whether a text is so plainly a text that no reader of YAML takes it for
// anything else; of most texts this saves asking one.
func obvious(text string) bool {
	if isDigest(text) {
		return strings.ContainsAny(text, "acdf") // with b or e alone it might be a number
	}
	if len(text) < 6 || !isAlnum(text[0]) || text[len(text)-1] == ' ' {
		return false
	}
	telling := text[0] > '9' // then it is longer than every word with a meaning of its own
	for i := range len(text) {
		switch c := text[i]; {
		case isAlnum(c):
			telling = telling || strings.IndexByte("ghijklmnpqrsuvw", c) >= 0 // in no number and no date
		case strings.IndexByte(" _./@()<>+-", c) < 0:
			return false
		}
	}
	return telling
}

func isDigest(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(text) == 64
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
