package casefile

// Each verb looks its move up in the table, checks what the move needs, and changes the
// records. The same methods serve the command line, the intake over HTTP and the tests.

// Receive opens a case ("Mitigation": the forensic data arrives at the portal).
func (r CaseRef) Receive(endpoint string, server Name, data Forensics, at Time) *Case {
	return &Case{
		Account: r.Account, Key: r.Key, Status: NewCaseReceived,
		Endpoint: endpoint, MitigationServer: server, Received: at, ForensicData: data,
	}
}

// step moves the case along the table; by hand also sets Updated, which the vendor defines
// as the last manual update.
func (c *Case) step(v Verb, byHand Time) error {
	next, err := c.next(v)
	if err != nil {
		return err
	}
	c.Status = next
	if !byHand.IsZero() {
		c.Updated = byHand
	}
	return nil
}

// Notify records a notification of the administrator that was really sent; byHand is the
// time if a person sent it, and zero if the server did.
func (c *Case) Notify(byHand Time) error { return c.step(Notify, byHand) }

// Download records that the forensic data was downloaded, whole and right. Nobody typed
// anything, so Updated stays.
func (c *Case) Download() error { return c.step(Download, Time{}) }

// Identify records the Case ID that the vendor issued.
func (c *Case) Identify(id string, at Time) error {
	if err := c.step(Identify, at); err != nil {
		return err
	}
	c.CaseID = id
	return nil
}

// Upload makes the entry of a custom pattern ("Custom Pattern", steps 4 to 9).
func (c *Case) Upload(id PatternID, t Type, version, description string, file File, by Stamp) (*Pattern, error) {
	p := c.entry(id, t, version, description, by)
	p.File = &file
	return p, c.step(Upload, by.At)
}

// Specify makes the entry of a smart protection pattern ("Smart Protection Patterns",
// steps 4 to 8).
func (c *Case) Specify(id PatternID, t Type, version, description string, by Stamp) (*Pattern, error) {
	return c.entry(id, t, version, description, by), c.step(Specify, by.At)
}

// None makes the entry of a false alarm ("No Pattern Required", steps 3 to 5).
func (c *Case) None(id PatternID, description string, by Stamp) (*Pattern, error) {
	return c.entry(id, None, "", description, by), c.step(NoneVerb, by.At)
}

func (c *Case) entry(id PatternID, t Type, version, description string, by Stamp) *Pattern {
	return &Pattern{
		Account: c.Account, ID: id, Type: t, Version: version, Description: description,
		Uploaded: by.At, UploadedBy: by.By, Target: Target{Case: c.Key},
	}
}

// Reissue makes a new entry with the bytes of an old one, for endpoints whose cleanup
// failed because the pattern arrived corrupted.
func (c *Case) Reissue(id PatternID, old *Pattern, by Stamp) (*Pattern, error) {
	if old.File == nil {
		return nil, c.refuse(Reissue, "entry "+old.Ref().String()+" has no file to issue again")
	}
	p := c.entry(id, old.Type, old.Version, old.Description, by)
	file := *old.File
	p.File, p.ReissueOf = &file, old.ID
	return p, c.step(Reissue, by.At)
}

// Resolve ticks Resolved: a person has confirmed that the threat is gone ("Custom
// Pattern", step 12.4).
func (c *Case) Resolve(p *Pattern, by Stamp) error {
	switch {
	case p.Withdrawn != nil:
		return c.refuse(Resolve, "entry "+p.Ref().String()+" is withdrawn")
	case p.Target.Resolved != nil:
		return c.refuse(Resolve, "entry "+p.Ref().String()+" is resolved already")
	}
	if err := c.step(Resolve, by.At); err != nil {
		return err
	}
	p.Target.Resolved = &by
	return nil
}

// Unresolve takes the tick away again.
func (c *Case) Unresolve(p *Pattern, at Time) error {
	if p.Target.Resolved == nil {
		return c.refuse(Resolve, "entry "+p.Ref().String()+" is not resolved, there is nothing to undo")
	}
	if err := c.step(Resolve, at); err != nil {
		return err
	}
	p.Target.Resolved = nil
	return nil
}

// Withdraw marks an entry as no longer good. It stays in the list, and its number with it.
func (c *Case) Withdraw(p *Pattern, reason string, by Stamp) error {
	if p.Withdrawn != nil {
		return c.refuse(Withdraw, "entry "+p.Ref().String()+" is withdrawn already")
	}
	if err := c.step(Withdraw, by.At); err != nil {
		return err
	}
	p.Withdrawn = &Withdrawal{reason, by}
	return nil
}

// Close ends the case ("Custom Pattern", steps 12.7 to 12.9). That every entry must be
// settled first was decided here; the vendor's procedure only ever does it in that order.
func (c *Case) Close(of []*Pattern, reason string, by Stamp) error {
	from := c.Status
	if err := c.allow(Close); err != nil {
		return err
	}
	if err := c.Settled(of); err != nil {
		return err
	}
	c.Closing = &Closing{from, reason, by}
	return c.step(Close, by.At)
}

// Settled refuses to let the case be closed while an entry made for it is neither resolved
// nor withdrawn, or none at all is resolved.
func (c *Case) Settled(of []*Pattern) error {
	resolved := false
	var unsettled []PatternRef
	for _, p := range of {
		if !p.Settled() {
			unsettled = append(unsettled, p.Ref())
		}
		resolved = resolved || p.Withdrawn == nil && p.Target.Resolved != nil
	}
	var e *Refusal
	switch {
	case len(of) == 0:
		e = c.refuse(Close, "it has no pattern entry; where none is needed, say so with pattern none")
	case len(unsettled) == 1:
		e = c.refuse(Close, "entry "+unsettled[0].String()+" is neither resolved nor withdrawn")
	case len(unsettled) > 1:
		e = c.refuse(Close, "entries "+join(unsettled)+" are neither resolved nor withdrawn")
	case !resolved:
		e = c.refuse(Close, "every entry is withdrawn and none resolved")
	default:
		return nil
	}
	e.Unsettled = unsettled
	return e
}

// Reopen takes a closing back.
func (c *Case) Reopen(at Time) error {
	if err := c.step(Reopen, at); err != nil {
		return err
	}
	c.Closing = nil
	return nil
}

func join(refs []PatternRef) string {
	text := ""
	for i, r := range refs {
		if i > 0 {
			text += ", "
		}
		text += r.String()
	}
	return text
}
