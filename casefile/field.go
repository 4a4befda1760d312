package casefile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A record says once, in its fields method, which keys it has in which order, what they
// mean and what may stand there; each field is bound to the Go value it fills. Reading,
// writing, splicing and the JSON Schema walk these fields and nothing else.

// field is one key of a record file.
type field struct {
	key      string
	doc      string // what the key means; the schema's description
	required bool
	scalar   *scalar
	group    *group
	list     *list
}

// scalar is a value of one word or line. Exactly one of scalar, group and list is set.
type scalar struct {
	kind  kind
	words []string           // every legal text, where there are few
	form  string             // a regular expression of the legal texts, for the schema
	check func(string) error // says what is wrong with a text, by the key's grammar
	get   func() string      // "" where the key is absent
	set   func(string)       // takes a text that was judged good
}

// judge says by which rule a text may not stand in the scalar, and why; "" where it may.
func (s *scalar) judge(text string) (rule Rule, complaint string) {
	if len(s.words) > 0 {
		if slices.Contains(s.words, text) {
			return "", ""
		}
		return RuleUnknownWord, fmt.Sprintf("unknown word %q", text) + didYouMean(text, s.words)
	}
	if strings.TrimSpace(text) == "" {
		return RuleEmptyValue, "empty text"
	}
	if err := s.check(text); err != nil {
		return RuleBadValue, err.Error()
	}
	return "", ""
}

var (
	timeForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`)
	lineForm = regexp.MustCompile(`^\S(.*\S)?$`)
	textForm = regexp.MustCompile(`\S`)
	fileForm = regexp.MustCompile(`^[^-./\\:*?"<>|][^/\\:*?"<>|]*$`)
)

// kind is how a scalar is spelt in YAML.
type kind int

const (
	plain  kind = iota // a text, quoted only where YAML demands it
	quoted             // an ID or version: always in double quotes, so that writers agree
	number             // a whole number in decimal digits
	moment             // a Time
)

// group is a value with keys of its own.
type group struct {
	present func() bool
	make    func() []field // the inner fields, of a value made present if it was not
	mould   func() []field // the inner fields, of a value that is used again and again
	cast    func()         // makes present a copy of what the mould was filled with
}

// list is a value of several items, all of one shape.
type list struct {
	len    func() int
	item   func(i int) field // key is ""; a scalar or a group
	append func() field
}

// need marks a field that the record cannot do without.
func (f field) need() field { f.required = true; return f }

// like gives a text's grammar, so far as a regular expression can say it.
func (f field) like(form *regexp.Regexp) field { f.scalar.form = form.String(); return f }

// text is a line of text with a type and a grammar of its own.
func text[T ~string](key, doc string, p *T, parse func(string) (T, error)) field {
	return field{key: key, doc: doc, scalar: &scalar{
		kind:  plain,
		check: checker(parse),
		get:   func() string { return string(*p) },
		set:   setter(p, parse),
	}}
}

// line is a line of text that may say anything.
func line(key, doc string, p *string) field { return text(key, doc, p, ParseLine).like(lineForm) }

// prose is a text that may run over several lines.
func prose(key, doc string, p *string) field { return text(key, doc, p, ParseText).like(textForm) }

// fileName is the own name of a file.
func fileName(key, doc string, p *string) field {
	return text(key, doc, p, ParseFileName).like(fileForm)
}

// name is the name of a customer, mitigator or operator.
func name[T ~string](key, doc string, p *T, parse func(string) (T, error)) field {
	return text(key, doc, p, parse).like(nameForm)
}

// quotedLine is an ID or a version: it may look like a number and is none.
func quotedLine(key, doc string, p *string) field {
	f := line(key, doc, p)
	f.scalar.kind = quoted
	return f
}

// digest is a SHA-256.
func digest(key, doc string, p *Digest) field {
	return text(key, doc, p, ParseDigest).like(digestForm)
}

// word is one of a few words.
func word[T ~string](key, doc string, p *T, words []T) field {
	f := text(key, doc, p, func(s string) (T, error) { return T(s), nil })
	for _, w := range words {
		f.scalar.words = append(f.scalar.words, string(w))
	}
	return f
}

// count is a whole number above zero.
func count[T ~int | ~int64](key, doc string, p *T) field {
	return field{key: key, doc: doc, scalar: &scalar{
		kind:  number,
		check: checker(parseCount[T]),
		get: func() string {
			if *p == 0 {
				return ""
			}
			return strconv.FormatInt(int64(*p), 10)
		},
		set: setter(p, parseCount[T]),
	}}
}

// when is a moment.
func when(key, doc string, p *Time) field {
	return field{key: key, doc: doc, scalar: &scalar{
		kind:  moment,
		form:  timeForm.String(),
		check: checker(ParseTime),
		get:   func() string { return p.String() }, // p.String alone would be the time it is now
		set:   setter(p, ParseTime),
	}}
}

// inner is a group that is always there.
func inner(key, doc string, fields ...field) field {
	return field{key: key, doc: doc, required: true, group: &group{
		present: func() bool { return true },
		make:    func() []field { return fields },
		mould:   func() []field { return fields },
		cast:    func() {},
	}}
}

// maybe is a group that may be absent.
func maybe[T any](key, doc string, p **T, fields func(*T) []field) field {
	var again *T
	var bound []field
	return field{key: key, doc: doc, group: &group{
		present: func() bool { return *p != nil },
		make: func() []field {
			if *p == nil {
				*p = new(T)
			}
			return fields(*p)
		},
		mould: func() []field {
			if again == nil {
				again = new(T)
				bound = fields(again)
			}
			*again = *new(T)
			return bound
		},
		cast: func() {
			filled := *again
			*p = &filled
		},
	}}
}

// several is a list whose items have the shape that item binds.
func several[T any](key, doc string, p *[]T, item func(*T) field) field {
	return field{key: key, doc: doc, list: &list{
		len:  func() int { return len(*p) },
		item: func(i int) field { return item(&(*p)[i]) },
		append: func() field {
			*p = append(*p, *new(T))
			return item(&(*p)[len(*p)-1])
		},
	}}
}

// stamp is the pair of fields of a Stamp.
func stamp(s *Stamp) []field {
	return []field{
		when("at", "when it was done, in UTC", &s.At).need(),
		line("by", "who did it: name and e-mail address", &s.By).need(),
	}
}

func setter[T any](p *T, parse func(string) (T, error)) func(string) {
	return func(s string) {
		if v, err := parse(s); err == nil {
			*p = v
		}
	}
}

func checker[T any](parse func(string) (T, error)) func(string) error {
	return func(s string) error {
		_, err := parse(s)
		return err
	}
}

func parseCount[T ~int | ~int64](s string) (T, error) {
	if !isCount(s, 18) {
		return 0, fmt.Errorf("bad number %q: it is a whole number above zero, in digits alone", s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return T(n), err
}
