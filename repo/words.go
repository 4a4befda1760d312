package repo

import (
	"fmt"
	"strconv"

	"casebook/casefile"
)

// Words is an event as people tell it: verb, record, statuses and reason.
func (e Event) Words() string {
	text := e.Verb + " " + e.About()
	if move := e.Move(); move != "" {
		text += ": " + move
	}
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	if e.Outside != "" {
		text += " [OUTSIDE THE TABLE: " + e.Outside + "]"
	}
	return text
}

// About names what the event is about: a case, an entry of it, or a file.
func (e Event) About() string {
	switch {
	case e.Case == "" && e.Pattern != 0:
		return casefile.PatternRef{Account: e.Account, ID: e.Pattern}.String()
	case e.Case == "":
		return e.File
	case e.Pattern != 0:
		return fmt.Sprintf("%s/%s, pattern %d", e.Account, e.Case, e.Pattern)
	}
	return fmt.Sprintf("%s/%s", e.Account, e.Case)
}

// Move is the statuses' titles between which the case was moved; "" where it was not.
func (e Event) Move() string {
	switch {
	case e.From == e.To:
		return ""
	case e.From == "":
		return e.To.Title()
	case e.To == "":
		return e.From.Title() + " → nothing"
	}
	return e.From.Title() + " → " + e.To.Title()
}

// EventColumns are the columns of a table of events.
var EventColumns = []string{"when", "author", "verb", "account", "case", "pattern", "file", "from", "to", "reason", "subject", "commit", "signature", "outside_table"}

// Cells are an event as a row of such a table.
func (e Event) Cells() []string {
	pattern := ""
	if e.Pattern != 0 {
		pattern = strconv.Itoa(int(e.Pattern))
	}
	return []string{e.When.String(), e.Author, e.Verb, string(e.Account), string(e.Case), pattern, e.File,
		string(e.From), string(e.To), e.Reason, e.Subject, e.Commit, e.Signature, e.Outside}
}
