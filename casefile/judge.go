package casefile

import "fmt"

// Judge finds what no verb could have done in the change of a record: a status the table
// does not lead to, or a change to what never changes. It judges what people edit by hand.
func Judge(from, to Record) Problems {
	var ps Problems
	blame := func(field string, rule Rule, text string) {
		ps = append(ps, Problem{File: to.Path(), Field: field, Rule: rule, Text: field + ": " + text})
	}
	for _, d := range Diff(from, to) {
		if fixed[d.Field] && d.From != "" {
			blame(d.Field, RuleFixedField, fmt.Sprintf("never changes, and was %q", d.From))
		}
	}
	if from, ok := from.(*Case); ok {
		judgeCase(from, to.(*Case), blame)
	}
	if from, ok := from.(*Pattern); ok {
		if from.Withdrawn != nil && to.(*Pattern).Withdrawn == nil {
			blame("withdrawn", RuleFixedField, "a withdrawn entry stays withdrawn; make a new one with pattern reissue")
		}
	}
	return ps
}

func judgeCase(from, to *Case, blame func(field string, rule Rule, text string)) {
	if from.Status != to.Status && !Leads(from.Status, to.Status, from.Closing) {
		blame("status", RuleIllegalMove, fmt.Sprintf("no verb leads from %s to %s", from.Status, to.Status))
	}
	if from.Open() && to.Closing != nil && to.Closing.From != from.Status {
		blame("closing.from", RuleContradiction, fmt.Sprintf("the case was %s", from.Status))
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
