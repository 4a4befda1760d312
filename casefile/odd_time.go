package casefile

import (
	"cmp"
	"time"
)

// A clock that goes wrong is no fault of a file, so odd times are warnings; and the clocks of two machines
// may differ.
const (
	clocks  = 5 * time.Minute // how far they may be apart
	farAway = time.Hour       // what a time may be in time to come: less than most time zones are from UTC
)

// oddTimes collects what is wrong with times of one record.
type oddTimes struct {
	of    Record
	found Problems
}

// before finds a time that is before what must have come first.
func (o *oddTimes) before(field string, at, first Time, what string) {
	if !at.IsZero() && at.t.Add(clocks).Before(first.t) {
		o.say(field, "before "+what+", "+first.String())
	}
}

func (o *oddTimes) say(field, why string) {
	o.found = append(o.found, Problem{File: o.of.Path(), Field: field, Rule: RuleOddTime, Text: field + ": " + why})
}

// OddTimes finds times of a case that are before what must have come first; was is nil for a new one, and
// of are the entries that answer it.
func OddTimes(was, is *Case, of []*Pattern) Problems {
	o := oddTimes{of: is}
	o.before("updated", is.Updated, is.Received, "the case was received")
	if len(o.found) == 0 && was != nil {
		o.before("updated", is.Updated, was.Updated, "what it was")
		if is.Updated.IsZero() && !was.Updated.IsZero() {
			o.say("updated", "gone, and was "+was.Updated.String())
		}
	}
	if is.Closing == nil || was != nil && was.Closing != nil && was.Closing.At == is.Closing.At {
		return o.found
	}
	last := &Pattern{Target: Target{Resolved: &Stamp{}}}
	for _, p := range of {
		if p.Target.Resolved != nil && last.Target.Resolved.At.Before(p.Target.Resolved.At) {
			last = p
		}
	}
	o.before("closing.at", is.Closing.At, is.Received, "the case was received")
	if len(o.found) == 0 {
		o.before("closing.at", is.Closing.At, last.Target.Resolved.At, "entry "+last.Ref().String()+" was resolved")
	}
	return o.found
}

// OddTimes is OddTimes for an entry of the case.
func (c *Case) OddTimes(was, is *Pattern) Problems {
	o := oddTimes{of: is}
	old := cmp.Or(was, &Pattern{})
	if was == nil {
		o.before("uploaded", is.Uploaded, c.Received, "the case was received")
	}
	if r := is.Target.Resolved; r != nil && (old.Target.Resolved == nil || old.Target.Resolved.At != r.At) {
		o.before("target.resolved.at", r.At, is.Uploaded, "the entry was made")
	}
	if is.Withdrawn != nil && old.Withdrawn == nil {
		o.before("withdrawn.at", is.Withdrawn.At, is.Uploaded, "the entry was made")
	}
	return o.found
}

// TimesToCome finds times that a change gave to a record, and that had not come when it was made; was is nil
// for a new record. Only a token that is replaced ends at a time to come.
func TimesToCome(was, is Record, made Time) Problems {
	o := oddTimes{of: is}
	for _, d := range Diff(was, is) {
		at, err := ParseTime(d.To)
		if err == nil && d.Field != "previous.until" && made.t.Add(farAway).Before(at.t) {
			o.say(d.Field, "had not come yet when the change was made, "+made.String())
		}
	}
	return o.found
}
