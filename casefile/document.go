package casefile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// parse makes the tree of a file's one document; nil where there is none.
func parse(s *source) (root *yaml.Node, ps Problems) {
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(s.text))
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, Problems{emptyFile}
	case err != nil:
		return nil, Problems{syntaxProblem(s, err)}
	}
	// What follows a first document is dropped in silence unless it is asked for.
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		p := Problem{Line: more.Line, Column: more.Column, Rule: RuleSecondDocument,
			Text: "second document: a file is one record", Hint: `leave out the "---" and what follows it`}
		if err != nil {
			p.Line = syntaxProblem(s, err).Line
		}
		ps = append(ps, p)
	}
	root = doc.Content[0]
	if root.ShortTag() == "!!null" && root.Style == 0 {
		return nil, append(ps, emptyFile)
	}
	return root, ps
}

var emptyFile = Problem{Line: 1, Column: 1, Rule: RuleEmptyFile, Text: "empty file"}

var yamlError = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// syntaxProblem takes yaml.v3's error apart. It has no column, and no line if it means the first.
func syntaxProblem(s *source, err error) Problem {
	p := Problem{Line: 1, Rule: RuleSyntax, Text: err.Error()}
	if m := yamlError.FindStringSubmatch(err.Error()); m != nil {
		p.Text = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Line = n
		}
	}
	if name, ok := strings.CutPrefix(p.Text, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		p.Rule, p.Text, p.Hint = RuleAlias, "alias *"+name, "write the value itself"
		if at := bytes.Index(s.text, []byte("*"+name)); at >= 0 {
			p.Line, p.Column = s.place(at)
		}
	}
	switch {
	case bytes.Contains(s.text, []byte("<<<<<<< ")):
		p.Hint = "git left conflict markers in the file: resolve the conflict"
	case strings.Contains(p.Text, "cannot start any token") && bytes.Contains(s.text, []byte("\n\t")):
		p.Hint = "indent with spaces, not with tabs"
	}
	return p
}

// find is the node of a field such as "receipts[2].event", and its key; where it is
// absent, those of the nearest group around it.
func find(root *yaml.Node, name string) (key, value *yaml.Node) {
	key, value = root, root
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		k, v := child(value, part)
		if v == nil {
			break
		}
		key, value = k, v
	}
	return key, value
}

func child(n *yaml.Node, part string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == part {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(part); err == nil && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	}
	return nil, nil
}

// Place finds line and column of a problem that has a Field and none yet: those of the
// value, or of the key where the value is a group; and the text of the line.
func Place(src []byte, p *Problem) { PlaceAll(src, []*Problem{p}) }

// PlaceAll places the problems of one file, which is read once: in a long list every line may have one.
func PlaceAll(src []byte, ps []*Problem) {
	s := newSource(src)
	var root *yaml.Node
	if len(s.check()) == 0 {
		root, _ = parse(s)
	}
	for _, p := range ps {
		if p.Line == 0 && p.Field != "" && root != nil {
			place(root, p)
		}
		if p.Line > 0 && p.Line <= len(s.lines) {
			start := s.lines[p.Line-1]
			p.Source = strings.TrimRight(string(s.text[start:s.lineEnd(start)]), "\r\n")
		}
	}
}

func place(root *yaml.Node, p *Problem) {
	n, value := find(root, p.Field)
	if value.Kind == yaml.ScalarNode {
		n = value
	}
	p.Line, p.Column = n.Line, n.Column
}
