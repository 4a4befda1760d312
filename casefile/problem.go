package casefile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// Problem is one thing that is wrong with a file, and where.
type Problem struct {
	File   string `json:"file"`             // path inside the casebook, with slashes
	Line   int    `json:"line,omitempty"`   // from 1; 0 where the whole file is meant
	Column int    `json:"column,omitempty"` // in characters, from 1; 0 where it is not known
	Rule   Rule   `json:"rule"`             // what kind of thing is wrong, for machines
	Text   string `json:"text"`             // what is wrong, for people
	Hint   string `json:"hint,omitempty"`   // what to do about it
	Field  string `json:"-"`                // the key meant, as in "closing.reason"; see Place
	Source string `json:"-"`                // the line itself, for people; see Place
}

// Severity says how bad a problem is: its rule decides.
func (p Problem) Severity() Severity { return p.Rule.About().Severity }

// Advice is what to do about the problem: its own hint, or else its rule's.
func (p Problem) Advice() string { return cmp.Or(p.Hint, p.Rule.About().Hint) }

// MarshalJSON also writes what the rule says of the problem.
func (p Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	p.Hint = p.Advice()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // or < would be written as \u003c
	err := e.Encode(struct {
		plain
		Severity Severity `json:"severity"`
	}{plain(p), p.Severity()})
	return b.Bytes(), err
}

// String is the problem as compilers write theirs: file:line:column: text. A syntax
// error, for which yaml.v3 has no column, says "near line".
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.Text)
	case p.Column == 0:
		return fmt.Sprintf("%s: near line %d: %s", p.File, p.Line, p.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// Problems are everything found wrong, as an error.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Sort puts problems in the order of file, line, column and text.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Column != b.Column:
			return a.Column < b.Column
		}
		return a.Text < b.Text
	})
}

// Errors are how many of the problems are more than warnings.
func (ps Problems) Errors() int {
	n := 0
	for _, p := range ps {
		if p.Severity() == Error {
			n++
		}
	}
	return n
}
