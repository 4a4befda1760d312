package repo

import (
	"strings"
	"testing"
)

const (
	newCase = `+endpoint: x
+mitigation_server: tm-01
+received: 2026-10-29T09:00:00Z
+forensic_data: {file: x.zip, size: 1, sha256: 275c7840c8aa622d85ead14b43fbbf1f965c2d3180d2ee78b075ea8a4ff63ed2}
`
	entry2  = "customers/acme/patterns/2/pattern.yaml\n"
	entry3  = "customers/acme/patterns/3/pattern.yaml\n"
	entry4  = "customers/acme/patterns/4/pattern.yaml\n"
	globex4 = "customers/globex/patterns/4/pattern.yaml\n"
)

// What somebody might try who means no good, or who was in a hurry.
func TestBadProposals(t *testing.T) {
	t.Parallel()
	theCase := func(month, key string) string { return "customers/acme/cases/" + month + "/" + key + ".yaml\n" }
	for _, test := range []struct{ name, script, want string }{
		{"another branch", "casebook.yaml\n-branch: main\n+branch: other\n", "casebook.yaml:4:9: other-branch"},
		{"a format to come", "casebook.yaml\n-format: 1\n+format: 2\n", "casebook.yaml:3:9: bad-value"},
		{"attributes that are a link", "link .gitattributes\n", ".gitattributes: attributes"},
		{"attributes that convert the bytes there are", ".gitattributes\n+*.123 text\n", ".gitattributes: attributes"},
		{"attributes taken back further down", ".gitattributes\n+lpt* text=auto\n", ".gitattributes: attributes"},
		{"attributes for records alone", ".gitattributes\n-* -text\n+*.yaml -text\n", ".gitattributes: attributes"},
		{"attributes that write into bytes", ".gitattributes\n+* ident\n", ".gitattributes: attributes"},
		{"attributes by way of a macro", ".gitattributes\n+[attr]kept text\n+* kept\n", ".gitattributes: attributes"},
		{"attributes in a folder", "customers/acme/patterns/.gitattributes\n+* text\n", "customers/acme/patterns/.gitattributes: stray-file"},

		{"a closing copied from another case", caseLab + strings.ReplaceAll(closingOf017, "+status", "-status: mitigator-notified\n+status"),
			"customers/acme/cases/2026-10/20261026-lab-7.yaml:2:9: unsettled\ncustomers/acme/cases/2026-10/20261026-lab-7.yaml:6:7: odd-time"},
		{"a new case that is closed", theCase("2026-10", "20261029-x") + closingOf017 + newCase,
			"customers/acme/cases/2026-10/20261029-x.yaml:1:9: unsettled\ncustomers/acme/cases/2026-10/20261029-x.yaml:5:7: odd-time"},
		{"a new case with another's key", theCase("2026-10", "20261029-y") + "+status: new-case-received\n" + newCase,
			"customers/acme/cases/2026-10/20261029-y.yaml:2:11: case-key"},
		{"a second case before there is a first", theCase("2026-10", "20261029-x-2") + "+status: new-case-received\n" + newCase,
			"customers/acme/cases/2026-10/20261029-x-2.yaml:2:11: case-key"},
		{"a case received next year", theCase("2027-10", "20271029-x") + "+status: new-case-received\n" + strings.Replace(newCase, "2026", "2027", 1),
			"customers/acme/cases/2027-10/20271029-x.yaml:4:11: odd-time"},
		{"a Case ID taken away", caseLab + "-case_id: \"1-10296001\"\n", "customers/acme/cases/2026-10/20261026-lab-7.yaml:1:1: fixed-field"},
		{"the Case ID of another case", caseLab + "-case_id: \"1-10296001\"\n+case_id: \"1-10293847\"\n",
			"customers/acme/cases/2026-10/20261026-lab-7.yaml:1:10: shared-case-id"},
		{"one Case ID for two cases", caseNew + "+case_id: \"1-77\"\n" + theCase("2026-10", "20261024-ws-020-2") + "+case_id: \"1-77\"\n",
			"customers/acme/cases/2026-10/20261024-ws-020.yaml:9:10: shared-case-id"},
		{"the last change taken away", caseLab + "-updated: 2026-10-28T09:00:00Z\n", "customers/acme/cases/2026-10/20261026-lab-7.yaml:1:1: odd-time"},
		{"a whole month deleted", "delete customers/globex/cases/2026-11/20261101-kasse-3-s-d.yaml\ndelete customers/globex/cases/2026-11/20261102-laptop-9.yaml\n",
			"customers/globex/cases/2026-11/20261101-kasse-3-s-d.yaml: deleted-record\ncustomers/globex/cases/2026-11/20261102-laptop-9.yaml: deleted-record"},
		{"a case under another name", "move customers/acme/cases/2026-10/20261024-ws-020-2.yaml customers/acme/cases/2026-10/20261024-ws-020-3.yaml\n",
			"customers/acme/cases/2026-10/20261024-ws-020-2.yaml: deleted-record"},

		{"a reissue of itself", entry4 + "-reissue_of: 3\n+reissue_of: 4\n", "customers/acme/patterns/4/pattern.yaml:12:13: contradiction"},
		{"a reissue of nothing any more", entry4 + "-reissue_of: 3\n", "customers/acme/patterns/4/pattern.yaml:1:1: fixed-field"},
		{"a reissue of what has no bytes", globex4 + strings.Replace(entrySmart, "2026-10-29", "2026-11-05", 1) + "20261101-kasse-3-s-d\n+reissue_of: 2\n",
			"customers/globex/patterns/4/pattern.yaml:8:13: contradiction"},
		{"a reissue for another case", "customers/acme/patterns/5/pattern.yaml\n+type: bandage\n+version: \"6.123.45\"\n+file: {name: lpt$vpn.123, size: 47, sha256: 275c7840c8aa622d85ead14b43fbbf1f965c2d3180d2ee78b075ea8a4ff63ed2}\n+reissue_of: 1\n" +
			entryRest + "20261026-lab-7\ncopy customers/acme/patterns/1/lpt$vpn.123 customers/acme/patterns/5/lpt$vpn.123\n",
			"customers/acme/patterns/5/pattern.yaml:4:13: contradiction"},
		{"an entry for another customer's case", globex4 + entryNone + "20261026-lab-7\n", "customers/globex/patterns/4/pattern.yaml:6:9: unknown-record"},
		{"an entry resolved before it was made", entry3 + "-  case: 20261026-lab-7\n+  case: 20261026-lab-7\n+  resolved: {at: 2026-10-20T08:00:00Z, by: Jane Doe <jane@acme.example>}\n",
			"customers/acme/patterns/3/pattern.yaml:15:18: odd-time"},
		{"an entry resolved next year", entry3 + "-  case: 20261026-lab-7\n+  case: 20261026-lab-7\n+  resolved: {at: 2027-10-20T08:00:00Z, by: Jane Doe <jane@acme.example>}\n",
			"customers/acme/patterns/3/pattern.yaml:15:18: odd-time"},
		{"an entry withdrawn before it was made", entry3 + "+withdrawn: {reason: bad, at: 2026-10-20T08:00:00Z, by: Jane Doe <jane@acme.example>}\n",
			"customers/acme/patterns/3/pattern.yaml:15:30: odd-time"},
		{"a reason emptied", entry2 + "-  reason: false positives on ws-031\n+  reason: \"\"\n", "customers/acme/patterns/2/pattern.yaml:13:11: empty-value"},
		{"somebody else who uploaded", entry4 + "-uploaded_by: Jane Doe <jane@acme.example>\n+uploaded_by: Eve <eve@acme.example>\n",
			"customers/acme/patterns/4/pattern.yaml:9:14: fixed-field"},
		{"other bytes of the same size", "delete customers/acme/patterns/1/lpt$vpn.123\ncustomers/acme/patterns/1/lpt$vpn.123\n+" + strings.Repeat("x", 46) + "\n",
			"customers/acme/patterns/1/pattern.yaml:7:11: wrong-bytes"},
		{"bytes under another name", "move customers/acme/patterns/1/lpt$vpn.123 customers/acme/patterns/1/other\ncustomers/acme/patterns/1/pattern.yaml\n-  name: lpt$vpn.123\n+  name: other\n",
			"customers/acme/patterns/1/pattern.yaml:5:9: fixed-field"},
		{"bytes deleted", "delete customers/acme/patterns/2/lpt$vpn.131\n", "customers/acme/patterns/2/pattern.yaml:5:9: missing-file"},
		{"a number written otherwise", "customers/acme/patterns/05/pattern.yaml\n" + entryNone + "20261024-ws-020\n", "customers/acme/patterns/05/pattern.yaml: stray-file"},

		{"a mitigator under another name", "move customers/acme/mitigators/tm-02.yaml customers/acme/mitigators/tm-03.yaml\n", "customers/acme/mitigators/tm-02.yaml: deleted-record"},
		{"a revoked token for an operator", "operators/max.yaml\n+token_sha256: 763308685f04f19a0ed4b2dd9fe4cf77d6e716bcbfd3c8137f9f207da549e4c7\n+added: 2026-11-04T08:00:00Z\n",
			"operators/max.yaml:1:15: shared-token"},
		{"a revoked token for another mitigator", "customers/acme/mitigators/a.yaml\n+token_sha256: 763308685f04f19a0ed4b2dd9fe4cf77d6e716bcbfd3c8137f9f207da549e4c7\n+added: 2026-11-04T08:00:00Z\n",
			"customers/acme/mitigators/a.yaml:1:15: shared-token"},
		{"another's token as the one before", "customers/acme/mitigators/a.yaml\n+token_sha256: a80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe\n+previous: {token_sha256: d80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe, until: 2027-01-01T00:00:00Z}\n+added: 2026-10-29T08:06:00Z\n",
			"customers/acme/mitigators/a.yaml:2:26: shared-token"},
		{"another customer's token as the one before", "customers/acme/mitigators/a.yaml\n+token_sha256: a80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe\n+previous: {token_sha256: b99c49732e6a169bfafa655aa4a245cd0f8d7ac4cdf7acd8ef63d9b6939bf2d6, until: 2027-01-01T00:00:00Z}\n+added: 2026-10-29T08:06:00Z\n",
			"customers/acme/mitigators/a.yaml:2:26: shared-token"},
		{"a list of customers emptied", "operators/erika.yaml\n-customers: [globex]\n+customers: []\n", "operators/erika.yaml:3:12: empty-value"},
		{"signers that cannot be read", "allowed_signers\n+nonsense\n", "allowed_signers:1:1: bad-value"},

		{"a name that differs in case", "customers/acme/mitigators/TM-01.yaml\n+x\n", "customers/acme/mitigators/TM-01.yaml: stray-file"},
		{"two names that differ in case", "docs/A.md\n+x\ndocs/a.md\n+x\n", "docs/a.md: stray-file"},
		{"two names that differ in how they are written", "docs/\u00e9.md\n+x\ndocs/e\u0301.md\n+x\n", "docs/\u00e9.md: stray-file"},
		{"a folder in place of a record", "delete customers/acme/customer.yaml\ncustomers/acme/customer.yaml/x\n+x\n",
			"customers/acme/customer.yaml: deleted-record\ncustomers/acme/customer.yaml/x: stray-file"},
		{"a delivery", "customers/acme/deliveries/1/tm-01.yaml\n+receipts: [{event: applied, at: 2026-10-29T08:06:00Z}]\n",
			"customers/acme/deliveries/1/tm-01.yaml: stray-file"},

		{"attributes for other files", ".gitattributes\n+*.md text diff=markdown\n+*.sh eol=lf\n", ""},
		{"comments, blank lines and quotes", caseLab + "-case_id: \"1-10296001\"\n-status: mitigator-notified\n+\n+# still\n+case_id: '1-10296001'   # the vendor's\n+\n+\"status\": \"mitigator-notified\"\n", ""},
		{"a block scalar", entry3 + "-description: for lab-7, in place of 2\n+description: >-\n+  for lab-7,\n+  in place of 2\n", ""},
		{"a second case of a day", theCase("2026-10", "20261024-ws-020-3") + "+status: new-case-received\n" + strings.NewReplacer("endpoint: x", "endpoint: WS-020", "2026-10-29", "2026-10-24").Replace(newCase), ""},
		{"clocks that are minutes apart", caseLab + "-updated: 2026-10-28T09:00:00Z\n+updated: 2026-10-28T08:57:00Z\n" + entry3 +
			"-  case: 20261026-lab-7\n+  case: 20261026-lab-7\n+  resolved: {at: 2026-10-27T15:58:00Z, by: Jane Doe <jane@acme.example>}\n", ""},
		{"a Case ID swapped for a free one", caseLab + "-case_id: \"1-10296001\"\n+case_id: \"1-10296002\"\n" + caseNew + "+case_id: \"1-10296001\"\n", ""},
		{"an operator who sees another customer", "operators/erika.yaml\n-customers: [globex]\n+customers: [globex, acme]\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expect(t, "problems", placesOf(exampleBook(t).propose(test.script)), test.want)
		})
	}
}

const closingOf017 = `+status: case-closed
+closing:
+  from: mitigator-notified
+  reason: custom pattern eliminated the threats on ws-017
+  at: 2026-10-24T08:05:00Z
+  by: Jane Doe <jane@acme.example>
`
