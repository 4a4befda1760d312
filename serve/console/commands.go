package console

import (
	"errors"
	"slices"

	"casebook/casefile"
)

// command is a verb that is legal now, and what to type for it.
type command struct {
	Verb string
	Line string
	Note string
}

// commandsFor are the commands that the table of moves has for the case's status, with the
// names of the case and of its entries in them.
func commandsFor(c *casefile.Case, entries []*casefile.Pattern) []command {
	var all []command
	for _, v := range casefile.Legal(c.Status) {
		for _, p := range entries {
			if line := lineFor(v, p); line != "" {
				all = append(all, command{Verb: string(v), Line: line})
			}
		}
		if typed, ok := typedForCase[v]; ok {
			all = append(all, command{string(v), "casebook " + typed.before + " " + c.Ref().String() + typed.after, typed.note})
		}
		if refusal := (*casefile.Refusal)(nil); v == casefile.Close && errors.As(c.Settled(entries), &refusal) {
			all[len(all)-1].Note = "not yet: " + refusal.Why
		}
	}
	return all
}

// typedForCase is what is typed before and after the case's name.
var typedForCase = map[casefile.Verb]struct{ before, after, note string }{
	casefile.Notify:   {"case notify", " --via TEXT", "where the notification was sent by hand"},
	casefile.Download: {"case download", "", ""},
	casefile.Identify: {"case identify", " --case-id ID", ""},
	casefile.Upload:   {"pattern upload", " FILE --type bandage --version V --description D", "or --type controlled"},
	casefile.Specify:  {"pattern specify", " --type smart-scan-agent --version V --description D", "or --type smart-scan"},
	casefile.NoneVerb: {"pattern none", " --description D", "for a false alarm"},
	casefile.Close:    {"case close", " --reason TEXT", ""},
	casefile.Reopen:   {"case reopen", " --reason TEXT", ""},
}

// lineFor is what is typed for an entry; "" where the verb is none for this one.
func lineFor(v casefile.Verb, p *casefile.Pattern) string {
	name := " " + p.Ref().String()
	switch {
	case v == casefile.Resolve && !p.Settled():
		return "casebook pattern resolve" + name
	case v == casefile.Withdraw && p.Withdrawn == nil:
		return "casebook pattern withdraw" + name + " --reason TEXT"
	case v == casefile.Reissue && p.File != nil:
		return "casebook pattern reissue" + name
	}
	return ""
}

// commandsForEntry are those of one entry.
func commandsForEntry(c *casefile.Case, p *casefile.Pattern) []command {
	var all []command
	for _, v := range slices.Backward(casefile.Legal(c.Status)) { // what is asked for most is at the end of a case's life
		if line := lineFor(v, p); line != "" {
			all = append(all, command{Verb: string(v), Line: line})
		}
		if v == casefile.Resolve && p.Target.Resolved != nil && p.Withdrawn == nil {
			all = append(all, command{string(v), "casebook pattern resolve " + p.Ref().String() + " --undo", "takes the confirmation back"})
		}
	}
	if p.File != nil {
		all = append(all, command{"save", "casebook pattern save " + p.Ref().String(), "writes the pattern file out, checked"})
	}
	if !c.Open() {
		all = append(all, command{"reopen", "casebook case reopen " + c.Ref().String() + " --reason TEXT", "before anything else can be done"})
	}
	return all
}
