package casefile

// Delivery is what one mitigator reported about one pattern entry, in the order in which
// it was received. It is kept on the deliveries branch, so that what was observed never
// conflicts with what is wanted.
type Delivery struct {
	Account   Account   `json:"account"`   // from the path
	Pattern   PatternID `json:"pattern"`   // from the path
	Mitigator Name      `json:"mitigator"` // from the path
	Receipts  []Receipt `json:"receipts"`
}

// Receipt is one report: what a mitigator did with a pattern. Downloading and applying
// are kept apart, as the vendor's Nonconforming Endpoints screen does.
type Receipt struct {
	Event    Event  `json:"event"`
	At       Time   `json:"at"`                 // when the server received it
	Happened Time   `json:"happened,omitzero"`  // when the mitigator says it happened
	SHA256   Digest `json:"sha256,omitempty"`   // of the bytes it has; custom patterns
	Version  string `json:"version,omitempty"`  // the version it now has; smart scan agent pattern
	Endpoint string `json:"endpoint,omitempty"` // where the cleanup ran
	Result   string `json:"result,omitempty"`   // of the cleanup, in the threat event logs' words
}

func (d *Delivery) fields() []field {
	return []field{
		several("receipts", "what the mitigator reported, oldest first", &d.Receipts, func(r *Receipt) field {
			return inner("", "one report", r.fields()...)
		}).need(),
	}
}

func (r *Receipt) fields() []field {
	return []field{
		word("event", "what the mitigator did", &r.Event, Events).need(),
		when("at", "when the server received the report, in UTC", &r.At).need(),
		when("happened", "when it happened, by the mitigator's clock, in UTC", &r.Happened),
		digest("sha256", "SHA-256 of the bytes the mitigator has", &r.SHA256),
		quotedLine("version", "the version the mitigator now has", &r.Version),
		line("endpoint", "the endpoint on which cleanup ran", &r.Endpoint),
		prose("result", "the result of the cleanup, in the words of the threat event logs", &r.Result),
	}
}

func (d *Delivery) check() []flaw {
	if len(d.Receipts) == 0 {
		return []flaw{{"receipts", "", RuleMissingKey, "missing", ""}}
	}
	return nil
}

// Same reports whether two receipts say the same thing, whenever they were received: a
// mitigator that got no answer sends its report again.
func (r Receipt) Same(other Receipt) bool {
	other.At = r.At
	return r == other
}

// Right reports whether the mitigator has the bytes, or the version, that the entry means.
func (p *Pattern) Right(r Receipt) bool {
	if p.File != nil {
		return r.SHA256 == p.File.SHA256
	}
	return r.Version == p.Version
}

// Status is what the deliveries of an entry amount to: the latest cleanup result decides,
// and a download counts only if it was right.
func (p *Pattern) Status(of []*Delivery) PatternStatus {
	if p.Withdrawn != nil {
		return Withdrawn
	}
	status, latest := NotApplied, Time{}
	for _, d := range of {
		for _, r := range d.Receipts {
			switch {
			case r.Event == EventDownloaded:
				if status == NotApplied && p.Right(r) {
					status = Downloaded
				}
			case !r.At.Before(latest):
				latest = r.At
				status = map[Event]PatternStatus{EventApplied: Applied, EventFailed: Failed}[r.Event]
			}
		}
	}
	return status
}

// Tell is a receipt for the pattern in one line, as in: Downloaded by tm-01 at …, digest right.
func (p *Pattern) Tell(by Name, r Receipt) string {
	words := PatternStatus(r.Event).Title() + " by " + string(by) + " at " + r.At.String()
	what := "version"
	if p.File != nil {
		what = "digest"
	}
	words += ", " + what + map[bool]string{true: " right", false: " WRONG"}[p.Right(r)]
	if r.Endpoint != "" {
		words += ", on " + r.Endpoint
	}
	if r.Result != "" {
		words += ": " + OneLine(r.Result)
	}
	return words
}
