package casefile

// Severity says how bad a problem is.
type Severity string

// An error keeps a commit from being good; a warning tells of a danger.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Explanation is what there is to know of a rule. Bad and Good are changes to the casebook in
// examples/casebook, one that breaks the rule and one that keeps it.
type Explanation struct {
	Rule     Rule
	Severity Severity
	What     string // what the rule demands
	Why      string
	Hint     string // what to do about a problem that has no better hint of its own
	Bad      string
	Good     string
}

// Rules are all rules: those of one file, of a casebook, and of a change.
func Rules() []Explanation {
	return append(append(append([]Explanation{}, fileRules...), bookRules...), changeRules...)
}

// About is what there is to know of the rule.
func (r Rule) About() Explanation {
	for _, table := range [][]Explanation{fileRules, bookRules, changeRules} {
		for _, e := range table {
			if e.Rule == r {
				return e
			}
		}
	}
	return Explanation{Rule: r, Severity: Error}
}

// Places in examples/casebook.
const (
	exErika   = "operators/erika.yaml\n"
	exWS020   = "customers/acme/cases/2026-10/20261024-ws-020.yaml\n"
	exWS031   = "customers/acme/cases/2026-10/20261025-ws-031.yaml\n"
	exLab7    = "customers/acme/cases/2026-10/20261026-lab-7.yaml\n"
	exKasse   = "customers/globex/cases/2026-11/20261101-kasse-3-s-d.yaml\n"
	exLast    = "customers/acme/patterns/4/pattern.yaml\n"
	exNext    = "customers/globex/patterns/4/pattern.yaml\n"
	exLater   = "customers/globex/patterns/5/pattern.yaml\n"
	exNothing = `+type: none
+description: no threat was detected on Kasse 3
+uploaded: 2026-11-04T10:00:00Z
+uploaded_by: Erika Mustermann <erika@globex.example>
+target:
+  case: 20261101-kasse-3-s-d
`
	exReceived = `+status: new-case-received
+endpoint: WS-040
+mitigation_server: tm-01
+received: 2026-10-29T09:00:00Z
+forensic_data:
+  file: ws-040.zip
+  size: 24
+  sha256: 275c7840c8aa622d85ead14b43fbbf1f965c2d3180d2ee78b075ea8a4ff63ed2
`
	exClosing = `-status: mitigator-notified
+status: case-closed
+closing:
+  from: mitigator-notified
+  reason: the patterns eliminated the threat
+  at: 2026-11-04T08:00:00Z
+  by: Jane Doe <jane@acme.example>
`
)

var bookRules = []Explanation{
	{RuleStrayFile, Error, "Every file stands where a casebook has a place for it, a case under the month of its key.",
		"The path is the identity of a record: what stands elsewhere is seen by nobody.",
		"move it to where it belongs, or into docs/, or take it out of git",
		"customers/acme/notes.txt\n+call them on Monday\n", "docs/notes.md\n+call them on Monday\n"},
	{RuleNotAFile, Error, "Records and patterns are plain files: no symbolic links, executables or submodules.",
		"A link means another thing on every machine, and nothing in a casebook is to be run.",
		"git update-index --chmod=-x FILE takes the executable bit away; put a file in place of a link",
		"executable customers/acme/customer.yaml\n", "customers/acme/customer.yaml\n+# a plain file\n"},
	{RuleMissingFile, Error, "Every file that a record names, or that must always be there, is there.",
		"A mitigator would be told of a pattern that nobody can give it.",
		"git log --diff-filter=D -- FILE finds the commit that took it away",
		"delete customers/acme/patterns/1/lpt$vpn.123\n", "delete README.md\n"},
	{RuleWrongBytes, Error, "A pattern's bytes have the size and the SHA-256 that its record says.",
		"The digest is how a mitigator knows that what it applies is what the vendor sent.",
		"put the right file there, or make a new entry with casebook pattern upload",
		"customers/acme/patterns/4/lpt$vpn.133\n+more\n", exLast + "+# the same bytes as entry 3\n"},
	{RuleUnknownRecord, Error, "What a record refers to is there: its mitigator, case, entry or customer.",
		"A reference to nothing cannot be followed by anybody, nor by the server.",
		"put the name right, or add the record it means",
		exErika + "-customers: [globex]\n+customers: [globex, initech]\n", exErika + "-customers: [globex]\n+customers: [globex, acme]\n"},
	{RulePatternGap, Error, "A customer's pattern IDs count 1, 2, 3 without gaps.",
		"The ID is the number of the entry in the vendor's list; a gap is an entry that got lost.",
		"give the entry the next number, by renaming its folder",
		exLater + exNothing, exNext + exNothing},
	{RuleUnsettled, Error, "In a closed case every entry is resolved or withdrawn, and one at least is resolved.",
		"Closing says that the threat is gone, and somebody must have seen that.",
		"casebook pattern resolve ACCOUNT/ID, for each entry that worked",
		exLab7 + exClosing, exKasse + exClosing + `customers/globex/patterns/2/pattern.yaml
-  case: 20261101-kasse-3-s-d
+  case: 20261101-kasse-3-s-d
+  resolved:
+    at: 2026-11-04T07:59:00Z
+    by: Erika Mustermann <erika@globex.example>
`},
	{RuleSharedToken, Error, "No two mitigators or operators have the same token.",
		"The token says who asks: with one for two, nobody knows who took a pattern.",
		"casebook mitigator rotate ACCOUNT NAME",
		`customers/acme/mitigators/tm-02.yaml
-token_sha256: 763308685f04f19a0ed4b2dd9fe4cf77d6e716bcbfd3c8137f9f207da549e4c7
+token_sha256: d80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe
`, `customers/acme/mitigators/tm-01.yaml
-token_sha256: d80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe
+token_sha256: 04abc5c2a6c1bc0df03ebc7d39ffeffb0a8ae64ac0d6e15deaa6d90c8ea0cc4f
`},
	{RuleSharedCaseID, Warning, "No two cases of a customer have the same Case ID.",
		"The vendor issues one for each case; with one for two, a pattern is made for the wrong case, and neither is found by it.",
		"casebook case identify CASE --case-id ID, with the one that the vendor gave this case",
		exLab7 + "-case_id: \"1-10296001\"\n+case_id: \"1-10295550\"\n", exLab7 + "-case_id: \"1-10296001\"\n+case_id: \"1-10296002\"\n"},
}

var changeRules = []Explanation{
	{RuleIllegalMove, Error, "A case goes from status to status as the table of moves says, however many moves one change holds.",
		"The status is what everybody acts on: a skipped or backward move hides what was not done.",
		"casebook case show CASE says which verbs are legal; the table of moves is in README.md",
		exKasse + "-status: mitigator-notified\n+status: new-case-received\n",
		exWS020 + "-status: new-case-received\n+status: threat-sample-downloaded\n"},
	{RuleFixedField, Error, "What is given once, when a record is made, never changes.",
		"Others have acted on it: an auditor must find in the file what they saw. A description may be put right.",
		"put the old value back; a new pattern is a new entry",
		exWS020 + "-endpoint: WS-020\n+endpoint: WS-021\n",
		exLast + "-description: for lab-7, in place of 2\n+description: for lab-7, in place of entry 2\n"},
	{RuleDeletedRecord, Error, "No record is ever deleted.",
		"A bad pattern is withdrawn, a lost token revoked, a case closed: that it was there stays on record.",
		"git restore --source=BASE -- FILE brings it back; then withdraw, revoke or close",
		"delete operators/erika.yaml\n", exErika + "+revoked: 2026-11-05T08:00:00Z\n"},
	{RuleCaseKey, Error, "A new case has the key that it would have been given: the day, the endpoint's name, and -2, -3 where taken.",
		"By that key an endpoint's earlier cases are found, also when it hands in the same data again.",
		"give the file that name; casebook case receive finds it by itself",
		"customers/acme/cases/2026-10/20261029-ws-40.yaml\n" + exReceived, "customers/acme/cases/2026-10/20261029-ws-040.yaml\n" + exReceived},
	{RuleReusedID, Error, "A pattern ID or case key names one record, on the base and in the change.",
		"Two people took the same name at the same time; git will not merge them, and the first one keeps it.",
		"merge or rebase onto the base, and give this one the next free number or key",
		"meanwhile " + exNext + exNothing + exNext + exNothing + "+# and another one\n",
		"meanwhile " + exNext + exNothing + exLater + exNothing},
	{RuleSignature, Error, "Where casebook.yaml demands signatures, each commit is signed by somebody whom allowed_signers lets in.",
		"Who may change the casebook was decided before the commit: none can admit itself.",
		"git config commit.gpgsign true and gpg.format ssh; somebody who may sign adds your key to allowed_signers",
		"casebook.yaml\n-signatures: optional   # or: required\n+signatures: required\n",
		"casebook.yaml\n-signatures: optional   # or: required\n+signatures: optional\n"},
	{RuleOddTime, Warning, "Nothing happens before what it follows, nothing in time to come, and no time of change goes back.",
		"A clock was wrong, or a time was mistyped (all are UTC): the order of events can no longer be told.",
		"put the time right, if it was typed; else have a look at the clock",
		exWS031 + "-updated: 2026-10-25T13:00:00Z\n+updated: 2026-10-25T07:00:00Z\n",
		exWS031 + "-updated: 2026-10-25T13:00:00Z\n+updated: 2026-10-26T07:00:00Z\n"},
	{RuleAttributes, Warning, ".gitattributes keeps git from converting bytes: * -text, and no filters.",
		"With line ends converted at a checkout, the digest of a pattern is no longer right.",
		"put the line * -text back",
		"delete .gitattributes\n", ".gitattributes\n+*.md text diff=markdown\n"},
	{RuleOtherBranch, Warning, "casebook.yaml names the branch that servers publish, and goes on naming it.",
		"A server that is started after the change publishes the other branch, or nothing where there is none.",
		"put the branch back; or make the other one first, and restart the servers at once",
		"casebook.yaml\n-branch: main\n+branch: trunk\n", "casebook.yaml\n+# servers publish main\n"},
}
