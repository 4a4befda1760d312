package repo

import (
	"fmt"
	"strings"
	"unicode"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Message is what a commit says of itself: for people a subject and a body, for machines the trailers
// Casebook-Verb, Casebook-Case and Casebook-Pattern.
type Message struct {
	Subject, Body string
	Verb          string
	Case          casefile.CaseRef    // zero where the verb is about no case
	Pattern       casefile.PatternRef // zero where the verb is about no entry
}

// String is the whole message as git stores it.
func (m Message) String() string {
	paragraphs := []string{m.subject()}
	if body := cleanBody(m.Body); body != "" {
		paragraphs = append(paragraphs, body)
	}
	if trailers := m.trailers(); len(trailers) > 0 {
		paragraphs = append(paragraphs, strings.Join(trailers, "\n"))
	}
	return strings.Join(paragraphs, "\n\n") + "\n"
}

func (m Message) subject() string {
	return strings.Join(strings.FieldsFunc(m.Subject, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
}

func (m Message) trailers() []string {
	var lines []string
	if m.Verb != "" {
		lines = append(lines, "Casebook-Verb: "+m.Verb)
	}
	if m.Case != (casefile.CaseRef{}) {
		lines = append(lines, "Casebook-Case: "+m.Case.String())
	}
	if m.Pattern != (casefile.PatternRef{}) {
		lines = append(lines, "Casebook-Pattern: "+m.Pattern.String())
	}
	return lines
}

// cleanBody keeps a typed reason from being taken for our trailers: git's rule is that they are the last
// paragraph, and a reader that knows no better may look for lines that start like one.
func cleanBody(body string) string {
	lines := strings.Split(strings.TrimSpace(body), "\n")
	for i, line := range lines {
		line = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\t' {
				return ' '
			}
			return r
		}, strings.TrimRight(line, " \t\r"))
		if strings.HasPrefix(strings.ToLower(line), "casebook-") {
			line = "  " + line
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// encodeCommit writes a commit object.
func encodeCommit(tree, parent plumbing.Hash, author, committer object.Signature, message string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	if !parent.IsZero() {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", ident(author), ident(committer), message)
	return []byte(b.String())
}

func ident(s object.Signature) string {
	return fmt.Sprintf("%s <%s> %d %s", s.Name, s.Email, s.When.Unix(), s.When.Format("-0700"))
}
