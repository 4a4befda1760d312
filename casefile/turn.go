package casefile

import (
	"fmt"
	"slices"
)

// Turn is what one commit did to a case and the entries made for it, as the files show it: the
// verbs are read from the change and not from what the commit says of itself.
type Turn struct {
	Was, Is *Case // nil where there was no such case, or is none any more
	Entries []EntryTurn
	Of      []*Pattern // all entries of the case afterwards; looked at only where the case was closed
}

// EntryTurn is what one commit did to an entry.
type EntryTurn struct{ Was, Is *Pattern }

// Verbs are the verbs that make such a change, in the order of a case's life; none where only
// comments or the like were put right.
func (t Turn) Verbs() []Verb {
	var verbs []Verb
	for _, e := range t.Entries {
		verbs = append(verbs, e.verbs()...)
	}
	if t.Is != nil {
		verbs = append(verbs, t.caseVerbs()...)
	}
	slices.SortFunc(verbs, func(a, b Verb) int { return slices.Index(Verbs, a) - slices.Index(Verbs, b) })
	return slices.Compact(verbs)
}

func (e EntryTurn) verbs() (verbs []Verb) {
	switch {
	case e.Is == nil:
		return nil
	case e.Was == nil:
		verbs = append(verbs, e.Is.madeBy())
	}
	was := e.Was
	if was == nil {
		was = &Pattern{}
	}
	if (was.Target.Resolved == nil) != (e.Is.Target.Resolved == nil) {
		verbs = append(verbs, Resolve)
	}
	if was.Withdrawn == nil && e.Is.Withdrawn != nil {
		verbs = append(verbs, Withdraw)
	}
	return verbs
}

// madeBy is the verb that makes such an entry.
func (p *Pattern) madeBy() Verb {
	switch {
	case p.ReissueOf != 0:
		return Reissue
	case p.Type.Custom():
		return Upload
	case p.Type.SmartProtection():
		return Specify
	}
	return NoneVerb
}

func (t Turn) caseVerbs() (verbs []Verb) {
	was := t.Was
	if was == nil {
		verbs, was = append(verbs, Receive), &Case{Status: NewCaseReceived}
	}
	if was.CaseID != t.Is.CaseID {
		verbs = append(verbs, Identify)
	}
	if was.standing() != t.Is.standing() {
		switch t.Is.standing() {
		case AdministratorNotified:
			verbs = append(verbs, Notify)
		case ThreatSampleDownloaded:
			verbs = append(verbs, Download)
		}
	}
	if was.Closing != nil && (t.Is.Closing == nil || t.Is.Closing.At != was.Closing.At) {
		verbs = append(verbs, Reopen)
	}
	if t.Is.Closing != nil && (was.Closing == nil || t.Is.Closing.At != was.Closing.At) {
		verbs = append(verbs, Close)
	}
	return verbs
}

// standing is the status a case has, or had when it was closed.
func (c *Case) standing() Status {
	if c.Closing != nil {
		return c.Closing.From
	}
	return c.Status
}

// Outside says in words what no verbs of the table could have done; it is "" where some could.
func (t Turn) Outside() string {
	for _, e := range t.Entries {
		if why := e.outside(); why != "" {
			return why
		}
	}
	switch {
	case t.Is == nil && t.Was != nil:
		return "case " + t.Was.Ref().String() + " was removed"
	case t.Is == nil:
		return ""
	case t.Was == nil:
		return t.unsettled()
	}
	for _, p := range JudgeAll(t.Was, t.Is) {
		return p.Text
	}
	if !t.Was.Open() && !t.Is.Open() && t.Was.Closing.At == t.Is.Closing.At && len(t.Verbs()) > 0 {
		return fmt.Sprintf("case %s is closed", t.Is.Key)
	}
	return t.unsettled()
}

func (e EntryTurn) outside() string {
	switch {
	case e.Is == nil:
		return "entry " + e.Was.Ref().String() + " was removed"
	case e.Was == nil:
		return ""
	}
	for _, p := range JudgeAll(e.Was, e.Is) {
		return "entry " + e.Is.Ref().String() + ": " + p.Text
	}
	return ""
}

// unsettled says what should have kept the case from being closed.
func (t Turn) unsettled() string {
	if t.Is.Open() || t.Was != nil && !t.Was.Open() {
		return ""
	}
	if err := t.Is.Settled(t.Of); err != nil {
		return "closed, but " + err.(*Refusal).Why
	}
	return ""
}

// Reason is what the change gives as its reason: of a closing, or of a withdrawal.
func (t Turn) Reason() string {
	if t.Is != nil && t.Is.Closing != nil && (t.Was == nil || t.Was.Closing == nil || t.Was.Closing.At != t.Is.Closing.At) {
		return t.Is.Closing.Reason
	}
	for _, e := range t.Entries {
		if e.Is != nil && e.Is.Withdrawn != nil && (e.Was == nil || e.Was.Withdrawn == nil) {
			return e.Is.Withdrawn.Reason
		}
	}
	return ""
}
