package casefile

// Step is what most likely follows for a case.
type Step struct {
	Command string // to type, with the record's own name in it; "" where nothing follows
	Note    string // when it is time for it, or what may be typed instead
}

func (s Step) String() string {
	if s.Note == "" {
		return s.Command
	}
	return s.Command + ", " + s.Note
}

// Next is the step that follows for a case with these entries; a closed case has none.
func (c *Case) Next(entries []*Pattern) Step {
	if !c.Open() {
		return Step{}
	}
	resolved := false
	for _, p := range entries {
		if !p.Settled() {
			return Step{"casebook pattern resolve " + p.Ref().String(), "once the threat is gone"}
		}
		resolved = resolved || p.Withdrawn == nil
	}
	ref := c.Ref().String()
	switch {
	case resolved:
		return Step{Command: "casebook case close " + ref + " --reason TEXT"}
	case c.Status == NewCaseReceived || c.Status == AdministratorNotified:
		return Step{Command: "casebook case download " + ref}
	case c.CaseID == "":
		return Step{Command: "casebook case identify " + ref + " --case-id ID"}
	}
	return Step{"casebook pattern upload " + ref + " FILE --type bandage|controlled --version V --description D", "or pattern specify, or pattern none"}
}
