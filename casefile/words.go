package casefile

// Status is where a case stands in its life; the five statuses are the vendor's.
type Status string

// The statuses, in the order a case goes through them.
const (
	NewCaseReceived        Status = "new-case-received"
	AdministratorNotified  Status = "administrator-notified"
	ThreatSampleDownloaded Status = "threat-sample-downloaded"
	MitigatorNotified      Status = "mitigator-notified"
	CaseClosed             Status = "case-closed"
)

// Statuses are all statuses in the order a case goes through them.
var Statuses = []Status{NewCaseReceived, AdministratorNotified, ThreatSampleDownloaded, MitigatorNotified, CaseClosed}

var statusTitles = map[Status]string{
	NewCaseReceived:        "New Case Received",
	AdministratorNotified:  "Administrator Notified About New Case",
	ThreatSampleDownloaded: "Threat Sample Downloaded",
	MitigatorNotified:      "Threat Mitigator Notified About Pattern",
	CaseClosed:             "Case Closed",
}

// Title is the vendor's wording of the status, as people see it.
func (s Status) Title() string { return statusTitles[s] }

// Type is what kind of answer a pattern entry is.
type Type string

// The five types. Bandage and controlled patterns are custom and carry a file; the smart
// protection types name a version to have; none says that no pattern is required.
const (
	Bandage        Type = "bandage"
	Controlled     Type = "controlled"
	SmartScanAgent Type = "smart-scan-agent"
	SmartScan      Type = "smart-scan"
	None           Type = "none"
)

// Types are all pattern types.
var Types = []Type{Bandage, Controlled, SmartScanAgent, SmartScan, None}

var typeTitles = map[Type]string{
	Bandage:        "Bandage Pattern",
	Controlled:     "Controlled Pattern",
	SmartScanAgent: "Smart Scan Agent Pattern",
	SmartScan:      "Smart Scan Pattern",
	None:           "None",
}

// Title is the vendor's wording of the type, as people see it.
func (t Type) Title() string { return typeTitles[t] }

// Custom reports whether the type is a custom pattern, one that carries a file.
func (t Type) Custom() bool { return t == Bandage || t == Controlled }

// SmartProtection reports whether the type names a smart protection pattern's version.
func (t Type) SmartProtection() bool { return t == SmartScanAgent || t == SmartScan }

// PatternStatus is what was observed of a pattern; it is never typed in.
type PatternStatus string

// Not Applied is the vendor's only documented word; the others are ours.
const (
	NotApplied PatternStatus = "not-applied"
	Downloaded PatternStatus = "downloaded"
	Applied    PatternStatus = "applied"
	Failed     PatternStatus = "failed"
	Withdrawn  PatternStatus = "withdrawn"
)

// PatternStatuses are all pattern statuses.
var PatternStatuses = []PatternStatus{NotApplied, Downloaded, Applied, Failed, Withdrawn}

var patternStatusTitles = map[PatternStatus]string{
	NotApplied: "Not Applied",
	Downloaded: "Downloaded",
	Applied:    "Applied",
	Failed:     "Failed",
	Withdrawn:  "Withdrawn",
}

// Title is the status as people see it.
func (s PatternStatus) Title() string { return patternStatusTitles[s] }

// Event is what a mitigator reports in a receipt.
type Event string

// The three events of a receipt.
const (
	EventDownloaded Event = "downloaded"
	EventApplied    Event = "applied"
	EventFailed     Event = "failed"
)

// Events are all events of a receipt.
var Events = []Event{EventDownloaded, EventApplied, EventFailed}

// Signatures is what a casebook demands of its commits.
type Signatures string

// Signatures are welcome, or demanded.
const (
	SignaturesOptional Signatures = "optional"
	SignaturesRequired Signatures = "required"
)
