package casefile

import "strings"

// Case is one case: an endpoint that could not be cleaned, its evidence, and how far the
// answer has come.
type Case struct {
	Account          Account   `json:"account"` // from the path
	Key              Key       `json:"key"`     // from the path
	CaseID           string    `json:"case_id"` // the vendor's; blank until the vendor issues it
	Status           Status    `json:"status"`
	Endpoint         string    `json:"endpoint"`
	MitigationServer Name      `json:"mitigation_server"`
	Received         Time      `json:"received"`
	Updated          Time      `json:"updated,omitzero"` // the last manual update; zero before the first
	ForensicData     Forensics `json:"forensic_data"`
	Closing          *Closing  `json:"closing,omitempty"` // only when closed
}

// Forensics says which file of forensic data opened the case. Its bytes are evidence and
// dangerous: they are kept outside git, in the state folder, under their digest.
type Forensics struct {
	File   string `json:"file"`
	Size   int64  `json:"size"`
	SHA256 Digest `json:"sha256"`
}

// Closing says how a case ended.
type Closing struct {
	From   Status `json:"from"` // the status before, to which reopen returns
	Reason string `json:"reason"`
	Stamp
}

// Ref is the case in full.
func (c *Case) Ref() CaseRef { return CaseRef{c.Account, c.Key} }

// Open reports whether the case is not closed.
func (c *Case) Open() bool { return c.Status != CaseClosed }

func (c *Case) fields() []field {
	return []field{
		quotedLine("case_id", "the Case ID the vendor issued; absent until then", &c.CaseID),
		word("status", "where the case stands", &c.Status, Statuses).need(),
		line("endpoint", "the endpoint the forensic data came from", &c.Endpoint).need(),
		name("mitigation_server", "the Threat Mitigator that handed it in", &c.MitigationServer, ParseName).need(),
		when("received", "when the forensic data arrived, in UTC", &c.Received).need(),
		when("updated", "when a person last changed the case, in UTC", &c.Updated),
		inner("forensic_data", "the forensic data, which is kept outside git",
			fileName("file", "its file name", &c.ForensicData.File).need(),
			count("size", "its size in bytes", &c.ForensicData.Size).need(),
			digest("sha256", "its SHA-256", &c.ForensicData.SHA256).need()),
		maybe("closing", "how the case ended; only in a closed case", &c.Closing, (*Closing).fields),
	}
}

func (c *Closing) fields() []field {
	return append([]field{
		word("from", "the status before, to which reopen returns", &c.From, Statuses[:len(Statuses)-1]).need(),
		prose("reason", "why the case was closed", &c.Reason).need(),
	}, stamp(&c.Stamp)...)
}

// ReadsAsKey reports whether a Case ID would be taken for a case's key, or ACCOUNT/KEY. As none is, a key is
// found by its path alone, however many cases there are.
func ReadsAsKey(caseID string) bool {
	name := caseID[strings.LastIndexByte(caseID, '/')+1:]
	return isKey(name) && len(name) <= maxName
}

func (c *Case) check() []flaw {
	var flaws []flaw
	switch {
	case !c.Open() && c.Closing == nil:
		flaws = append(flaws, flaw{"status", "closing", RuleContradiction, "case-closed, but there is no closing: from, reason, at, by",
			"casebook case close " + c.Ref().String() + " --reason TEXT"})
	case c.Open() && c.Closing != nil:
		flaws = append(flaws, flaw{"closing", "status", RuleContradiction, "present, but the status is " + string(c.Status),
			"casebook case close writes both, case reopen takes both back"})
	}
	if ReadsAsKey(c.CaseID) {
		flaws = append(flaws, flaw{"case_id", "", RuleBadValue, "reads as a case key, and would be taken for that case", ""})
	}
	if c.Key != "" && !c.Received.IsZero() && !c.Received.on(c.Key.Day()) {
		flaws = append(flaws, flaw{"received", "", RuleContradiction, "another day than the case key says, " + c.Key.Day(), ""})
	}
	return flaws
}
