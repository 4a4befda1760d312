package casefile

import (
	"fmt"
	"slices"
	"strings"
)

// Verb is what can be done with a case or one of its pattern entries.
type Verb string

// The verbs, in the order of a case's life.
const (
	Receive  Verb = "receive"
	Notify   Verb = "notify"
	Download Verb = "download"
	Identify Verb = "identify"
	Upload   Verb = "upload"
	Specify  Verb = "specify"
	NoneVerb Verb = "none"
	Reissue  Verb = "reissue"
	Withdraw Verb = "withdraw"
	Resolve  Verb = "resolve"
	Close    Verb = "close"
	Reopen   Verb = "reopen"
)

// Verbs are all verbs in the order of a case's life.
var Verbs = []Verb{Receive, Notify, Download, Identify, Upload, Specify, NoneVerb, Reissue, Withdraw, Resolve, Close, Reopen}

// Same and Before stand in the To of a move that does not lead to one fixed status.
const (
	Same   Status = "same"   // the status stays
	Before Status = "before" // the status the case had when it was closed
)

// Move is one row of the table of moves: from each of these statuses the verb leads to
// that one.
type Move struct {
	Verb  Verb
	From  []Status // none: there is no case yet
	To    Status
	Needs string
}

var (
	fresh = []Status{NewCaseReceived, AdministratorNotified}
	later = []Status{ThreatSampleDownloaded, MitigatorNotified, CaseClosed}
	open  = []Status{NewCaseReceived, AdministratorNotified, ThreatSampleDownloaded, MitigatorNotified}
)

// Moves is the table: everything that can happen to a case. The vendor documents receive,
// notify, download, upload and close (see "Case List" and "Manage Pattern"); that upload,
// specify, none and identify are legal from any open status, and that closing demands
// settled entries, was decided here.
var Moves = []Move{
	{Receive, nil, NewCaseReceived, "endpoint, mitigation server and forensic data"},
	{Notify, []Status{NewCaseReceived}, AdministratorNotified, "a notification that was really sent"},
	{Download, fresh, ThreatSampleDownloaded, "the download completed, its digest right"},
	{Download, later, Same, "the download completed, its digest right"},
	{Identify, open, Same, "the vendor's Case ID"},
	{Upload, open, MitigatorNotified, "bandage or controlled, version, description and file"},
	{Specify, open, MitigatorNotified, "smart-scan-agent or smart-scan, version and description"},
	{NoneVerb, open, Same, "a description; it is a false alarm and nobody is notified"},
	{Reissue, open, MitigatorNotified, "a custom pattern entry of the case, whose bytes are issued again"},
	{Withdraw, open, Same, "an entry of the case that is not withdrawn, and a reason"},
	{Resolve, open, Same, "an entry of the case that is not withdrawn"},
	{Close, open, CaseClosed, "a reason, and every entry resolved or withdrawn, one at least resolved"},
	{Reopen, []Status{CaseClosed}, Before, "a reason"},
}

// Legal are the verbs that may follow a status.
func Legal(s Status) []Verb {
	var verbs []Verb
	for _, m := range Moves {
		if slices.Contains(m.From, s) {
			verbs = append(verbs, m.Verb)
		}
	}
	return verbs
}

// Refusal says that a verb is not legal for a case now, and which verbs are.
type Refusal struct {
	Case      CaseRef
	Status    Status
	Verb      Verb
	Why       string       // what else stands in the way; "" where the status alone does
	Unsettled []PatternRef // the entries that keep a case from closing
	Legal     []Verb
}

func (e *Refusal) Error() string {
	why := e.Why
	if why == "" {
		why = fmt.Sprintf("the case is %s (%s)", e.Status, e.Status.Title())
	}
	return fmt.Sprintf("%s: cannot %s, %s", e.Case.Key, e.Verb.phrase(), why)
}

// phrase is the verb as it stands in a sentence.
func (v Verb) phrase() string {
	if v == NoneVerb {
		return "say that no pattern is required"
	}
	return string(v)
}

// allow refuses a verb that the table does not have for the case's status.
func (c *Case) allow(v Verb) error {
	_, err := c.next(v)
	return err
}

// next is the status to which a verb leads.
func (c *Case) next(v Verb) (Status, error) {
	for _, m := range Moves {
		if m.Verb != v || !slices.Contains(m.From, c.Status) {
			continue
		}
		switch m.To {
		case Same:
			return c.Status, nil
		case Before:
			return c.Closing.From, nil
		}
		return m.To, nil
	}
	return "", c.refuse(v, "")
}

func (c *Case) refuse(v Verb, why string) *Refusal {
	return &Refusal{Case: c.Ref(), Status: c.Status, Verb: v, Why: why, Legal: Legal(c.Status)}
}

// Leads reports whether some verb of the table leads a case from one status to another;
// it judges changes that were made by hand.
func Leads(from, to Status, closing *Closing) bool {
	for _, m := range Moves {
		if !slices.Contains(m.From, from) {
			continue
		}
		if m.To == to || m.To == Same && from == to || m.To == Before && closing != nil && closing.From == to {
			return true
		}
	}
	return false
}

// Reaches reports whether any number of verbs leads a case from how it stands to how
// another one does; it judges changes in which several verbs may be one.
func Reaches(from, to *Case) bool {
	type stand struct{ status, before Status }
	standing := func(c *Case) stand {
		if c.Closing == nil {
			return stand{status: c.Status}
		}
		return stand{c.Status, c.Closing.From}
	}
	goal, seen := standing(to), []stand{standing(from)}
	for i := 0; i < len(seen); i++ {
		at := seen[i]
		if at == goal {
			return true
		}
		for _, m := range Moves {
			next := stand{status: m.To}
			switch {
			case !slices.Contains(m.From, at.status) || m.To == Same:
				continue
			case m.To == Before:
				next.status = at.before
			case m.Verb == Close:
				next.before = at.status
			}
			if !slices.Contains(seen, next) {
				seen = append(seen, next)
			}
		}
	}
	return false
}

// Table is the table of moves as Markdown, as it stands in the documentation.
func Table() string {
	var b strings.Builder
	b.WriteString("| verb | from | to | needs |\n|---|---|---|---|\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.Verb, words(m.From), m.To.phrase(), m.Needs)
	}
	return b.String()
}

func (s Status) phrase() string {
	switch s {
	case Same:
		return "same"
	case Before:
		return "what it was before"
	}
	return "`" + string(s) + "`"
}

func words(from []Status) string {
	switch {
	case len(from) == 0:
		return "–"
	case slices.Equal(from, open):
		return "any open"
	}
	names := make([]string, len(from))
	for i, s := range from {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
