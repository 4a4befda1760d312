package casefile

import "fmt"

// Judge finds what no verb could have done in the change of a record: a status the table
// does not lead to, or a change to what never changes. It judges one commit made by hand.
func Judge(from, to Record) Problems { return judge(from, to, true) }

// JudgeAll is Judge for a change that may hold several commits, and so several moves.
func JudgeAll(from, to Record) Problems { return judge(from, to, false) }

// blame says what is wrong with a field of the record that is judged.
type blame func(field string, rule Rule, text string)

func judge(from, to Record, one bool) Problems {
	var ps Problems
	blame := func(field string, rule Rule, text string) {
		ps = append(ps, Problem{File: to.Path(), Field: field, Rule: rule, Text: field + ": " + text})
	}
	for _, d := range Diff(from, to) {
		if fixed[d.Field] && d.From != "" {
			blame(d.Field, RuleFixedField, fmt.Sprintf("never changes, and was %q", d.From))
		}
	}
	switch from := from.(type) {
	case *Case:
		judgeCase(from, to.(*Case), one, blame)
	case *Pattern:
		judgeEntry(from, to.(*Pattern), blame)
	case *Mitigator:
		to := to.(*Mitigator)
		judgeToken(from.Revoked, to.Revoked, from.TokenSHA256 == to.TokenSHA256, blame)
	case *Operator:
		to := to.(*Operator)
		judgeToken(from.Revoked, to.Revoked, from.TokenSHA256 == to.TokenSHA256, blame)
	}
	return ps
}

func judgeCase(from, to *Case, one bool, blame blame) {
	switch {
	case !to.Open() && to.Closing != nil && from.Open():
		if one && to.Closing.From != from.Status || !Reaches(from, to) {
			blame("closing.from", RuleContradiction, fmt.Sprintf("the case was %s", from.Status))
		}
	case from.Status == to.Status && (from.closedFrom() == to.closedFrom() || !one && Reaches(from, to)):
	case from.Status == to.Status:
		blame("closing.from", RuleContradiction, fmt.Sprintf("the case was %s", from.closedFrom()))
	case !Reaches(from, to) || one && !Leads(from.Status, to.Status, from.Closing):
		blame("status", RuleIllegalMove, fmt.Sprintf("no verb leads from %s to %s", from.Status, to.Status))
	}
	switch {
	case from.CaseID == to.CaseID:
	case to.CaseID == "":
		blame("case_id", RuleFixedField, fmt.Sprintf("was %q; a Case ID is put right, and not taken away", from.CaseID))
	case from.StaysClosed(to):
		blame("case_id", RuleIllegalMove, "the case is closed, and identify needs an open one")
	}
	if from.StaysClosed(to) && from.Closing.By != to.Closing.By {
		blame("closing.by", RuleFixedField, fmt.Sprintf("never changes, and was %q", from.Closing.By))
	}
}

func judgeEntry(from, to *Pattern, blame blame) {
	was, is := from.Target.Resolved, to.Target.Resolved
	switch {
	case was == nil && is != nil && from.Withdrawn != nil:
		blame("target.resolved", RuleIllegalMove, "the entry is withdrawn, and resolve needs one that is not")
	case was != nil && is != nil && was.At == is.At && was.By != is.By:
		blame("target.resolved.by", RuleFixedField, fmt.Sprintf("never changes, and was %q", was.By))
	}
	switch {
	case from.Withdrawn == nil:
	case to.Withdrawn == nil:
		blame("withdrawn", RuleFixedField, "a withdrawn entry stays withdrawn; make a new one with pattern reissue")
	case from.Withdrawn.Stamp != to.Withdrawn.Stamp:
		blame("withdrawn", RuleFixedField, fmt.Sprintf("when and by whom never changes, and was %s, %s", from.Withdrawn.At, from.Withdrawn.By))
	}
}

// closedFrom is the status a closed case had before.
func (c *Case) closedFrom() Status {
	if c.Closing == nil {
		return ""
	}
	return c.Closing.From
}

// StaysClosed reports whether the case was closed and has not been reopened since.
func (c *Case) StaysClosed(now *Case) bool {
	return !c.Open() && !now.Open() && c.Closing != nil && now.Closing != nil && c.Closing.At == now.Closing.At
}

func judgeToken(was, is Time, same bool, blame blame) {
	switch {
	case was.IsZero() || !same:
	case is.IsZero():
		blame("token_sha256", RuleFixedField, "was revoked, and stays so; rotate makes a new token")
	case was != is:
		blame("revoked", RuleFixedField, fmt.Sprintf("never changes, and was %s", was))
	}
}

// fixed are the fields that are given once, when the record is made. A description may be
// put right; what it describes may not.
var fixed = map[string]bool{
	"endpoint": true, "mitigation_server": true, "received": true,
	"forensic_data.file": true, "forensic_data.size": true, "forensic_data.sha256": true,
	"type": true, "version": true, "file.name": true, "file.size": true, "file.sha256": true,
	"uploaded": true, "uploaded_by": true, "target.case": true, "reissue_of": true,
	"added": true, "format": true,
}
