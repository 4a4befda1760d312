package repo

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"casebook/casefile"
)

const (
	caseNew    = "customers/acme/cases/2026-10/20261024-ws-020.yaml\n"
	caseClosed = "customers/acme/cases/2026-10/20261023-ws-017.yaml\n"
	caseLab    = "customers/acme/cases/2026-10/20261026-lab-7.yaml\n"
	entryNone  = "+type: none\n" + entryRest
	entrySmart = "+type: smart-scan\n+version: \"1.10\"\n" + entryRest
	entryRest  = `+description: nothing found
+uploaded: 2026-10-29T10:00:00Z
+uploaded_by: Jane Doe <jane@acme.example>
+target:
+  case: `
)

// Pull requests that are wrong in one way each, and such that are only odd.
func TestProposals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script, want string }{
		{"a case put back to a status that the table does not lead to",
			caseLab + "-status: mitigator-notified\n+status: threat-sample-downloaded\n",
			"customers/acme/cases/2026-10/20261026-lab-7.yaml:2:9: illegal-move"},
		{"a mitigator notified of nothing",
			caseNew + "-status: new-case-received\n+status: mitigator-notified\n",
			"customers/acme/cases/2026-10/20261024-ws-020.yaml:1:9: illegal-move"},
		{"a closed case opened with another status",
			caseClosed + "-status: case-closed\n+status: threat-sample-downloaded\n" + caseClosed + "-closing:\n-  from: mitigator-notified\n-  reason: custom pattern eliminated the threats on ws-017\n-  at: 2026-10-24T08:05:00Z\n-  by: Jane Doe <jane@acme.example>\n",
			"customers/acme/cases/2026-10/20261023-ws-017.yaml:2:9: illegal-move"},
		{"a closing without a reason",
			caseClosed + "-  reason: custom pattern eliminated the threats on ws-017\n",
			"customers/acme/cases/2026-10/20261023-ws-017.yaml:11:1: missing-key"},
		{"a closing from a status that the case never had",
			caseClosed + "-  from: mitigator-notified\n+  from: new-case-received\n",
			"customers/acme/cases/2026-10/20261023-ws-017.yaml:12:9: contradiction"},
		{"the day of receipt",
			caseNew + "-received: 2026-10-24T11:02:03Z\n+received: 2026-10-24T11:02:04Z\n",
			"customers/acme/cases/2026-10/20261024-ws-020.yaml:4:11: fixed-field"},
		{"a Case ID given to a closed case",
			caseClosed + "-case_id: \"1-10293847\"\n+case_id: \"1-10293848\"\n",
			"customers/acme/cases/2026-10/20261023-ws-017.yaml:1:10: illegal-move"},
		{"a version under its ID",
			"customers/acme/patterns/4/pattern.yaml\n-version: \"6.133.00\"\n+version: \"6.134.00\"\n",
			"customers/acme/patterns/4/pattern.yaml:2:10: fixed-field"},
		{"bytes and record together, under their ID",
			"customers/acme/patterns/1/lpt$vpn.123\n+more\ncustomers/acme/patterns/1/pattern.yaml\n-  size: 47\n-  sha256: 275c7840c8aa622d85ead14b43fbbf1f965c2d3180d2ee78b075ea8a4ff63ed2\n+  size: 52\n+  sha256: a000000000000000000000000000000000000000000000000000000000000000\n",
			"customers/acme/patterns/1/pattern.yaml:6:9: fixed-field\ncustomers/acme/patterns/1/pattern.yaml:7:11: wrong-bytes\ncustomers/acme/patterns/1/pattern.yaml:7:11: fixed-field"},
		{"a withdrawn entry that is good again",
			"customers/acme/patterns/2/pattern.yaml\n-withdrawn:\n-  reason: false positives on ws-031\n-  at: 2026-10-27T08:15:00Z\n-  by: Jane Doe <jane@acme.example>\n",
			"customers/acme/patterns/2/pattern.yaml:1:1: fixed-field"},
		{"an entry of a closed case resolved at another time",
			"customers/acme/patterns/1/pattern.yaml\n-    at: 2026-10-24T08:01:30Z\n+    at: 2026-10-24T08:01:31Z\n",
			"customers/acme/patterns/1/pattern.yaml:11:9: illegal-move"},
		{"a withdrawn entry resolved",
			"customers/acme/patterns/2/pattern.yaml\n-  case: 20261026-lab-7\n+  case: 20261026-lab-7\n+  resolved: {at: 2026-10-29T08:00:00Z, by: Jane Doe <jane@acme.example>}\n",
			"customers/acme/patterns/2/pattern.yaml:12:3: illegal-move"},
		{"somebody else who withdrew",
			"customers/acme/patterns/2/pattern.yaml\n-  by: Jane Doe <jane@acme.example>\n+  by: Eve <eve@acme.example>\n",
			"customers/acme/patterns/2/pattern.yaml:12:1: fixed-field"},
		{"attributes that only talk of bytes", ".gitattributes\n-* -text\n+# -text\n", ".gitattributes: attributes"},
		{"attributes that put pointers in place of bytes", ".gitattributes\n+*.123 filter=lfs -text\n", ".gitattributes: attributes"},
		{"an entry taken from one case and given to another",
			"customers/globex/patterns/3/pattern.yaml\n-  case: 20261102-laptop-9\n+  case: 20261101-kasse-3-s-d\n",
			"customers/globex/patterns/3/pattern.yaml:6:9: fixed-field"},
		{"a new entry for a closed case",
			"customers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261023-ws-017\n",
			"customers/acme/cases/2026-10/20261023-ws-017.yaml:2:9: unsettled\ncustomers/acme/patterns/5/pattern.yaml:6:9: illegal-move"},
		{"a new entry, and the case left as it was",
			"customers/acme/patterns/5/pattern.yaml\n" + entrySmart + "20261024-ws-020\n",
			"customers/acme/patterns/5/pattern.yaml:7:9: illegal-move"},
		{"a pattern ID that was skipped",
			"customers/acme/patterns/6/pattern.yaml\n" + entryNone + "20261024-ws-020\n",
			"customers/acme/patterns/6/pattern.yaml:1:1: pattern-gap"},
		{"a deleted entry", "delete customers/acme/patterns/4/pattern.yaml\ndelete customers/acme/patterns/4/lpt$vpn.133\n",
			"customers/acme/patterns/4/pattern.yaml: deleted-record"},
		{"an entry that got a new number", "move customers/globex/patterns/3/pattern.yaml customers/globex/patterns/4/pattern.yaml\n",
			"customers/globex/patterns/3/pattern.yaml: deleted-record\ncustomers/globex/patterns/4/pattern.yaml:6:9: illegal-move"},
		{"a deleted case", "delete " + caseNew, "customers/acme/cases/2026-10/20261024-ws-020.yaml: deleted-record"},
		{"a deleted customer file", "delete customers/acme/customer.yaml\n", "customers/acme/customer.yaml: deleted-record"},
		{"no casebook.yaml any more", "delete casebook.yaml\n", "casebook.yaml: deleted-record"},
		{"a case filed under another month", "move " + strings.TrimSpace(caseNew) + " customers/acme/cases/2026-11/20261024-ws-020.yaml\n",
			"customers/acme/cases/2026-11/20261024-ws-020.yaml: stray-file"},
		{"a pointer in place of bytes", "delete customers/acme/patterns/1/lpt$vpn.123\ncustomers/acme/patterns/1/lpt$vpn.123\n+version https://git-lfs.github.com/spec/v1\n+oid sha256:00\n+size 47\n",
			"customers/acme/patterns/1/lpt$vpn.123: wrong-bytes"},
		{"a link in place of bytes", "link customers/acme/patterns/1/lpt$vpn.123\n", "customers/acme/patterns/1/lpt$vpn.123: not-a-file"},
		{"an executable pattern", "executable customers/acme/patterns/1/lpt$vpn.123\n", "customers/acme/patterns/1/lpt$vpn.123: not-a-file"},
		{"a second file beside a pattern", "customers/acme/patterns/1/other\n+x\n", "customers/acme/patterns/1/other: stray-file"},
		{"bytes without a record", "customers/acme/patterns/5/bytes\n+x\n", "customers/acme/patterns/5/pattern.yaml: missing-file"},
		{"something too large", "docs/how.md\n+x\ngrow docs/how.md 10485761\n", "docs/how.md: too-large"},
		{"a case of a mitigator that nobody knows", "customers/acme/cases/2026-10/20261029-x.yaml\n+status: new-case-received\n+endpoint: x\n+mitigation_server: tm-09\n+received: 2026-10-29T09:00:00Z\n+forensic_data: {file: x.zip, size: 1, sha256: 275c7840c8aa622d85ead14b43fbbf1f965c2d3180d2ee78b075ea8a4ff63ed2}\n",
			"customers/acme/cases/2026-10/20261029-x.yaml:3:20: unknown-record"},
		{"a revoked mitigator let in again", "customers/acme/mitigators/tm-02.yaml\n-revoked: 2026-10-24T17:00:00Z\n",
			"customers/acme/mitigators/tm-02.yaml:1:15: fixed-field"},

		{"an entry made before the case was received", "customers/globex/patterns/4/pattern.yaml\n" + entryNone + "20261101-kasse-3-s-d\n",
			"customers/globex/patterns/4/pattern.yaml:3:11: odd-time"},
		{"bytes given to git LFS", ".gitattributes\n+*.123 filter=lfs diff=lfs merge=lfs -text\n", ".gitattributes: attributes"},
		{"the token of another mitigator", "customers/acme/mitigators/a.yaml\n+token_sha256: d80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe\n+added: 2026-10-29T08:06:00Z\n",
			"customers/acme/mitigators/a.yaml:1:15: shared-token"},
		{"the token of an operator", "customers/acme/mitigators/a.yaml\n+token_sha256: 28707d5f84045c8ba67457a4bed862ede2068495d36f8826f00fc70396ef5f09\n+added: 2026-10-29T08:06:00Z\n",
			"customers/acme/mitigators/a.yaml:1:15: shared-token"},
		{"the token of another customer's mitigator", "customers/acme/mitigators/a.yaml\n+token_sha256: b99c49732e6a169bfafa655aa4a245cd0f8d7ac4cdf7acd8ef63d9b6939bf2d6\n+added: 2026-10-29T08:06:00Z\n",
			"customers/acme/mitigators/a.yaml:1:15: shared-token"},
		{"a customer without a company", "customers/newco/mitigators/tm.yaml\n+token_sha256: a80d57742998c0655cd43a9ad851a60cb51e7f41d475b08dcd204af4d44093fe\n+added: 2026-10-29T08:06:00Z\n",
			"customers/newco/customer.yaml: missing-file"},

		{"nothing but a comment", caseNew + "+# waiting for the vendor\n", ""},
		{"another order of the keys", caseNew + "-status: new-case-received\n-endpoint: WS-020\n+endpoint: WS-020\n+status: new-case-received\n", ""},
		{"a reason put right", caseClosed + "-  reason: custom pattern eliminated the threats on ws-017\n+  reason: custom pattern removed the threats on ws-017\n", ""},
		{"a Case ID put right", caseLab + "-case_id: \"1-10296001\"\n+case_id: \"1-10296002\"\n", ""},
		{"a new token", "customers/acme/mitigators/tm-02.yaml\n-token_sha256: 763308685f04f19a0ed4b2dd9fe4cf77d6e716bcbfd3c8137f9f207da549e4c7\n-added: 2026-10-20T08:07:00Z\n-revoked: 2026-10-24T17:00:00Z\n+token_sha256: 275c7840c8aa622d85ead14b43fbbf1f965c2d3180d2ee78b075ea8a4ff63ed2\n+added: 2026-10-20T08:07:00Z\n", ""},
		{"received and answered in one change", caseNew + "-status: new-case-received\n+status: mitigator-notified\ncustomers/acme/patterns/5/pattern.yaml\n" + entrySmart + "20261024-ws-020\n", ""},
		{"a false alarm, from receipt to the end in one change", caseNew + "-status: new-case-received\n+status: case-closed\n+closing:\n+  from: new-case-received\n+  reason: a false alarm\n+  at: 2026-10-29T11:00:00Z\n+  by: Jane Doe <jane@acme.example>\ncustomers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261024-ws-020\n+  resolved:\n+    at: 2026-10-29T10:30:00Z\n+    by: Jane Doe <jane@acme.example>\n", ""},
		{"an executable that is no record", ".github/run.sh\n+#!/bin/sh\nexecutable .github/run.sh\n", ""},
		{"something else meanwhile", "meanwhile customers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261024-ws-020\n" + caseLab + "+# at work\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expect(t, "problems", placesOf(exampleBook(t).propose(test.script)), test.want)
		})
	}
}

// placesOf are the places of problems with their rules.
func placesOf(problems casefile.Problems) string {
	var got []string
	for _, p := range problems {
		place, _, _ := strings.Cut(strings.TrimPrefix(p.String(), p.File), ": ")
		got = append(got, p.File+place+": "+string(p.Rule))
	}
	return strings.Join(got, "\n")
}

// Git is asked about histories of every shape.
func TestMergeBaseAgreesWithGit(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	random := rand.New(rand.NewPCG(1, 2))
	tree := o.gitWith("", "mktree")
	var all []string
	for i := range 40 {
		args := []string{"commit-tree", tree, "-m", strconv.Itoa(i)}
		for range random.IntN(3) {
			if len(all) > 0 {
				if p := all[max(0, len(all)-1-random.IntN(6))]; !slices.Contains(args, p) {
					args = append(args, "-p", p)
				}
			}
		}
		all = append(all, o.git(args...))
	}
	o.git("update-ref", "refs/heads/main", all[len(all)-1])
	b := must(Open(o.dir, "", testEnv))
	compared := 0
	for range 60 {
		one, two := all[random.IntN(len(all))], all[random.IntN(len(all))]
		out, err := o.command("merge-base", "--all", one, two).Output()
		s := must(b.Snapshot(one))
		got, ours := s.mergeBase(s.commit, must(s.resolve(two)))
		if (err == nil) != (ours == nil) {
			t.Errorf("%s %s: %v, and git: %v", one, two, ours, err)
		} else if err == nil && !strings.Contains(string(out), got.String()) {
			t.Errorf("%s %s: got %s, git has %s", one, two, got, out)
		} else if err == nil {
			compared++
		}
		s.Close()
	}
	if compared < 10 {
		t.Errorf("only %d pairs have a merge base", compared)
	}
}

func TestMergesAndRenumberedEntriesAreNotRefused(t *testing.T) {
	t.Parallel()
	b := exampleBook(t)
	b.git("switch", "-q", "-c", "one")
	b.edit("customers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261024-ws-020\n")
	b.commit("one")
	b.git("switch", "-q", "-c", "two", "main")
	b.edit(caseLab + "+# at work\n")
	b.commit("two")
	b.git("merge", "-q", "--no-edit", "one")
	for _, base := range []string{"main", "one", "two~1"} {
		p := must(b.Propose(base, "two"))
		expect(t, "problems with base "+base, must(p.Validate()).Error(), "")
		p.Close()
	}
	b.git("switch", "-q", "-c", "three", "main")
	b.edit("customers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261024-ws-020-2\n")
	b.commit("three")
	p := must(b.Propose("one", "three"))
	expect(t, "taken meanwhile", len(must(p.Validate())), 1)
	p.Close()
	b.git("reset", "-q", "--hard", "one")
	b.edit("customers/acme/patterns/6/pattern.yaml\n" + entryNone + "20261024-ws-020-2\n")
	b.commit("three, on top of one and renumbered")
	p = must(b.Propose("one", "three"))
	expect(t, "renumbered", must(p.Validate()).Error(), "")
	p.Close()
}
