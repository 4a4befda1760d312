package casefile

import (
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

// Rule is the kind of a problem, one word that does not change between versions.
type Rule string

// The rules of reading one file.
const (
	RuleSyntax         Rule = "syntax"          // not YAML
	RuleEncoding       Rule = "encoding"        // not UTF-8, a byte-order mark, a control character
	RuleEmptyFile      Rule = "empty-file"      // nothing but comments
	RuleTooLarge       Rule = "too-large"       // more than MaxFile bytes
	RuleSecondDocument Rule = "second-document" // more after "---"
	RuleAlias          Rule = "alias"           // an anchor, an alias or a merge key
	RuleTag            Rule = "tag"             // an explicit tag
	RuleDuplicateKey   Rule = "duplicate-key"   // the same key twice
	RuleUnknownKey     Rule = "unknown-key"     // a key the record does not have
	RuleMissingKey     Rule = "missing-key"     // a key the record needs
	RuleEmptyValue     Rule = "empty-value"     // a key without a value
	RuleWrongType      Rule = "wrong-type"      // a list where a text belongs, and the like
	RuleUnquoted       Rule = "unquoted"        // a number, date or truth value where a text belongs
	RuleUnknownWord    Rule = "unknown-word"    // not one of the words allowed
	RuleBadValue       Rule = "bad-value"       // a text that breaks the grammar of its key
	RuleContradiction  Rule = "contradiction"   // two keys of one file that cannot both be right
)

// The rules of a casebook as a whole.
const (
	RuleStrayFile     Rule = "stray-file"     // a file or folder that belongs nowhere
	RuleNotAFile      Rule = "not-a-file"     // a symbolic link, executable or submodule
	RuleMissingFile   Rule = "missing-file"   // a file that a record names
	RuleWrongBytes    Rule = "wrong-bytes"    // a pattern file of another size or digest, or a pointer to one
	RuleUnknownRecord Rule = "unknown-record" // a reference to a record that is not there
	RulePatternGap    Rule = "pattern-gap"    // a pattern ID that was skipped
	RuleUnsettled     Rule = "unsettled"      // a closed case with entries neither resolved nor withdrawn
	RuleIllegalMove   Rule = "illegal-move"   // a status the table does not lead to
	RuleFixedField    Rule = "fixed-field"    // a change to what never changes
	RuleSharedToken   Rule = "shared-token"   // one token for two mitigators
)
