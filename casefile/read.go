package casefile

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Read decodes the file at a path of a casebook. It finds everything that is wrong with
// it; the record is nil if none belongs there or nothing of it could be decoded.
func Read(path string, src []byte) (Record, Problems) {
	rec, err := Locate(path)
	if err != nil {
		return nil, Problems{{File: path, Rule: RuleStrayFile, Text: err.Error()}}
	}
	if new(Reader).canonical(rec, src) {
		return rec, nil
	}
	root, ps := decode(rec, newSource(src))
	if root == nil {
		return nil, ps
	}
	return rec, ps
}

// Decode fills a located record, and finds everything that is wrong with its file.
func Decode(rec Record, src []byte) Problems { return new(Reader).Decode(rec, src) }

// decode also gives the tree the record was decoded from, nil where there is none.
func decode(rec Record, src *source) (root *yaml.Node, ps Problems) {
	defer func() {
		for i := range ps {
			ps[i].File = rec.Path()
		}
		ps.Sort()
	}()
	if most := maxBytes(rec); len(src.text) > most {
		return nil, Problems{{Rule: RuleTooLarge, Text: fmt.Sprintf("%d bytes, the most allowed is %d", len(src.text), most)}}
	}
	if ps := src.check(); len(ps) > 0 {
		return nil, ps
	}
	root, ps = parse(src)
	if root == nil {
		return nil, ps
	}
	r := &reader{src: src, problems: ps}
	r.refuse(root, "")
	r.mapping(root, root, "", rec.fields())
	r.flaws(root, rec)
	return root, r.problems
}

func maxBytes(rec Record) int {
	if _, grows := rec.(*Delivery); grows {
		return MaxDelivery
	}
	return MaxFile
}

// reader walks a tree along the fields of a record, fills them, and notes what is wrong.
type reader struct {
	src      *source
	problems Problems
}

const maxSentence = 400

func (r *reader) say(at *yaml.Node, name string, rule Rule, text, hint string) {
	if name != "" {
		text = name + ": " + text
	}
	r.problems = append(r.problems, Problem{Line: at.Line, Column: at.Column, Rule: rule, Text: clip(text), Hint: clip(hint), Field: name})
}

// clip shortens a sentence that quotes something very long.
func clip(s string) string {
	if len(s) <= maxSentence {
		return s
	}
	return strings.ToValidUTF8(s[:maxSentence], "") + "…"
}

// flaws adds what is wrong between the values, but for values already complained about.
func (r *reader) flaws(root *yaml.Node, rec Record) {
	bad := map[string]bool{}
	for _, p := range r.problems {
		bad[p.Field] = true
	}
	for _, fl := range rec.check() {
		if !bad[fl.field] && !(fl.other != "" && bad[fl.other]) {
			p := fl.problem("")
			place(root, &p)
			r.problems = append(r.problems, p)
		}
	}
}

// mapping fills fields from a mapping; at is what to point to when a key is missing.
func (r *reader) mapping(n, at *yaml.Node, name string, fields []field) {
	if n.Kind != yaml.MappingNode {
		r.wrongType(n, name, "keys and values belong")
		return
	}
	entries := r.entries(n, name, fields)
	for _, f := range fields {
		name := under(name, f.key)
		switch e, ok := entries[f.key]; {
		case ok:
			r.value(e.key, e.value, name, f)
		case f.required:
			r.say(at, name, RuleMissingKey, "missing", "add "+f.key+": "+f.doc)
		}
	}
}

type entry struct{ key, value *yaml.Node }

// entries are the keys and values of a mapping. Neither an unknown nor a doubled key
// troubles yaml.v3 in a tree.
func (r *reader) entries(n *yaml.Node, name string, fields []field) map[string]entry {
	entries := make(map[string]entry, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, shown := n.Content[i], under(name, printable(n.Content[i].Value))
		first, double := entries[key.Value]
		switch {
		case key.Kind == yaml.AliasNode || key.Tag == mergeTag:
			continue // refuse has told
		case key.Kind != yaml.ScalarNode:
			r.wrongType(key, name, "a key belongs")
			continue
		case double:
			r.say(key, shown, RuleDuplicateKey, fmt.Sprintf("key given twice, first in line %d", first.key.Line), "")
			continue
		case !known(key.Value, fields):
			r.say(key, shown, RuleUnknownKey, "unknown key"+didYouMean(key.Value, keys(fields)), "")
		case key.Anchor == "" && !r.src.oneLine(key):
			r.say(key, shown, RuleSyntax, "key and value are not joined by a colon in one line", "write "+key.Value+": VALUE")
		}
		entries[key.Value] = entry{key, n.Content[i+1]}
	}
	return entries
}

func known(key string, fields []field) bool {
	for _, f := range fields {
		if f.key == key {
			return true
		}
	}
	return false
}

func keys(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

func (r *reader) value(key, n *yaml.Node, name string, f field) {
	switch {
	case n.Kind == yaml.AliasNode || n.Kind == yaml.ScalarNode && n.Style&yaml.TaggedStyle != 0:
		// refuse has told
	case n.Tag == nullTag && n.Style == 0:
		r.empty(n, name, "empty value", f)
	case f.scalar != nil:
		r.scalar(n, name, f)
	case f.group != nil:
		r.mapping(n, key, name, f.group.make())
	default:
		r.items(n, name, f)
	}
}

func (r *reader) empty(n *yaml.Node, name, text string, f field) {
	hint := "give it a value"
	if !f.required {
		hint += ", or leave it out"
	}
	r.say(n, name, RuleEmptyValue, text, hint)
}

func (r *reader) items(n *yaml.Node, name string, f field) {
	if n.Kind != yaml.SequenceNode {
		r.wrongType(n, name, "a list belongs")
		return
	}
	if len(n.Content) == 0 {
		r.empty(n, name, "empty list", f)
	}
	for i, item := range n.Content {
		r.value(item, item, itemName(name, i), f.list.append())
	}
}

func (r *reader) scalar(n *yaml.Node, name string, f field) {
	s := f.scalar
	if n.Kind != yaml.ScalarNode {
		r.wrongType(n, name, "one value belongs")
		return
	}
	rule, complaint := s.judge(n.Value)
	if complaint == "" {
		s.set(n.Value)
	}
	hint := "write " + strings.TrimPrefix(f.key+": ", ": ")
	isText := s.kind == plain || s.kind == quoted
	switch {
	case complaint != "" && (!isText || len(s.words) > 0):
		r.say(n, name, rule, complaint, "")
	case s.kind == number && n.Style != 0:
		r.say(n, name, RuleWrongType, "a text where a number belongs", hint+n.Value+" without quotes")
	case isText && n.Tag != stringTag:
		r.say(n, name, RuleUnquoted, tagNoun(n.Tag)+" where a text belongs, quote it", hint+double(n.Value))
	case complaint != "":
		r.say(n, name, rule, complaint, "")
	}
}

func (r *reader) wrongType(n *yaml.Node, name, belongs string) {
	noun := map[yaml.Kind]string{yaml.MappingNode: "keys and values", yaml.SequenceNode: "a list", yaml.ScalarNode: "one value", yaml.AliasNode: "an alias"}[n.Kind]
	r.say(n, name, RuleWrongType, noun+" where "+belongs, "")
}

// printable is a key as it may stand in a sentence.
func printable(key string) string {
	if len(key) > maxMistyped {
		return strconv.Quote(strings.ToValidUTF8(key[:maxMistyped], "") + "…")
	}
	if key == "" || strings.ContainsFunc(key, odd) {
		return strconv.Quote(key)
	}
	return key
}

func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
}
