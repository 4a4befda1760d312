package casefile

// Pattern is one entry of a customer's pattern list: the answer to one case.
type Pattern struct {
	Account     Account     `json:"account"` // from the path
	ID          PatternID   `json:"id"`      // from the path
	Type        Type        `json:"type"`
	Version     string      `json:"version,omitempty"` // as the vendor wrote it; every type but none
	Description string      `json:"description"`
	File        *File       `json:"file,omitempty"` // bandage and controlled only
	Uploaded    Time        `json:"uploaded"`
	UploadedBy  string      `json:"uploaded_by"`
	Target      Target      `json:"target"`
	ReissueOf   PatternID   `json:"reissue_of,omitempty"`
	Withdrawn   *Withdrawal `json:"withdrawn,omitempty"`
}

// File says which bytes a custom pattern consists of; they stand beside its record.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 Digest `json:"sha256"`
}

// Target is the case an entry answers, and whether the answer worked.
type Target struct {
	Case     Key    `json:"case"`
	Resolved *Stamp `json:"resolved,omitempty"` // once a person has confirmed that the threat is gone
}

// Withdrawal says why an entry is no longer good. Entries are never removed.
type Withdrawal struct {
	Reason string `json:"reason"`
	Stamp
}

// Ref is the entry in full.
func (p *Pattern) Ref() PatternRef { return PatternRef{p.Account, p.ID} }

// Settled reports whether the entry is resolved or withdrawn, so that its case may close.
func (p *Pattern) Settled() bool { return p.Withdrawn != nil || p.Target.Resolved != nil }

// Listed reports whether mitigators are told of the entry while its case is open.
func (p *Pattern) Listed() bool { return p.Withdrawn == nil && p.Type != None }

func (p *Pattern) fields() []field {
	return []field{
		word("type", "what kind of answer this is", &p.Type, Types).need(),
		quotedLine("version", "the version, as the vendor wrote it; every type but none", &p.Version),
		prose("description", "what it is for, as in: for ws-017", &p.Description).need(),
		maybe("file", "the pattern file, which stands beside this record; bandage and controlled only", &p.File, (*File).fields),
		when("uploaded", "when the entry was made, in UTC", &p.Uploaded).need(),
		line("uploaded_by", "who made it: name and e-mail address", &p.UploadedBy).need(),
		inner("target", "the case the entry answers",
			text("case", "the case's key", &p.Target.Case, ParseKey).like(keyForm).need(),
			maybe("resolved", "once a person confirmed that the threat is gone", &p.Target.Resolved, stamp)),
		count("reissue_of", "the entry whose bytes were issued again", &p.ReissueOf),
		maybe("withdrawn", "only when the entry is no longer good", &p.Withdrawn, (*Withdrawal).fields),
	}
}

func (f *File) fields() []field {
	return []field{
		fileName("name", "its own file name", &f.Name).need(),
		count("size", "its size in bytes", &f.Size).need(),
		digest("sha256", "its SHA-256", &f.SHA256).need(),
	}
}

func (w *Withdrawal) fields() []field {
	return append([]field{prose("reason", "why the entry was withdrawn", &w.Reason).need()}, stamp(&w.Stamp)...)
}

func (p *Pattern) check() []flaw {
	var flaws []flaw
	say := func(field, other, text string) {
		flaws = append(flaws, flaw{field, other, RuleContradiction, text, ""})
	}
	if p.Type == None && p.Version != "" {
		say("version", "type", "present, but the type is none")
	}
	if p.Type != None && p.Type != "" && p.Version == "" {
		say("type", "version", string(p.Type)+" needs a version")
	}
	if p.Type.Custom() && p.File == nil {
		say("type", "file", string(p.Type)+" needs a file")
	}
	if !p.Type.Custom() && p.Type != "" && p.File != nil {
		say("file", "type", "present, but the type is "+string(p.Type))
	}
	if p.ReissueOf >= p.ID && p.ID != 0 {
		say("reissue_of", "", "the entry itself, or a later one")
	}
	return flaws
}
