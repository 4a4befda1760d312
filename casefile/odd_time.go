package casefile

// OddTimes finds times of a case, and of an entry that answers it, that are before what must
// have come first. A clock that goes wrong is no fault of the file, so these are warnings.
func OddTimes(was, is *Case) Problems {
	var ps Problems
	before := func(field string, at, first Time, what string) {
		if !at.IsZero() && at.Before(first) {
			ps = append(ps, Problem{File: is.Path(), Field: field, Rule: RuleOddTime, Text: field + ": before " + what + ", " + first.String()})
		}
	}
	before("updated", is.Updated, is.Received, "the case was received")
	if len(ps) == 0 && was != nil {
		before("updated", is.Updated, was.Updated, "what it was")
	}
	if is.Closing != nil {
		before("closing.at", is.Closing.At, is.Received, "the case was received")
	}
	return ps
}

// OddTime is OddTimes for an entry of the case.
func (c *Case) OddTime(p *Pattern) Problems {
	if !p.Uploaded.Before(c.Received) {
		return nil
	}
	return Problems{{File: p.Path(), Field: "uploaded", Rule: RuleOddTime, Text: "uploaded: before the case was received, " + c.Received.String()}}
}
