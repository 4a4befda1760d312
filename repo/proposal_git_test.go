package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	noneFor020  = "customers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261024-ws-020\n"
	reopened017 = caseClosed + "-status: case-closed\n+status: mitigator-notified\n" + caseClosed +
		"-closing:\n-  from: mitigator-notified\n-  reason: custom pattern eliminated the threats on ws-017\n-  at: 2026-10-24T08:05:00Z\n-  by: Jane Doe <jane@acme.example>\n"
	closedAgain = caseClosed + "-status: mitigator-notified\n+status: case-closed\n" + caseClosed +
		"+closing:\n+  from: mitigator-notified\n+  reason: gone for good\n+  at: 2026-10-30T08:05:00Z\n+  by: Jane Doe <jane@acme.example>\n"
)

// step commits a change.
func (b *book) step(script string) {
	b.Helper()
	b.edit(script)
	b.commit("a step")
}

// What git does to a history on its way to a proposal.
func TestProposalsOfEveryShape(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(b *book) // on the branch proposal, which began at main
		want string
	}{
		{"nothing", func(b *book) { b.commit("nothing") }, ""},
		{"a step and its revert", func(b *book) {
			b.step(caseLab + "-mitigation_server: tm-01\n+mitigation_server: tm-02\n")
			b.git("revert", "--no-edit", "HEAD")
		}, ""},
		{"deleted, and brought back", func(b *book) {
			b.step("delete " + caseNew)
			b.git("checkout", "-q", "main", "--", strings.TrimSpace(caseNew))
			b.commit("back")
		}, ""},
		{"reopened and closed again in steps", func(b *book) { b.step(reopened017); b.step(closedAgain) }, ""},
		{"reopened, and the bytes of its entry changed on the way", func(b *book) {
			b.step(reopened017)
			b.step("customers/acme/patterns/1/lpt$vpn.123\n+more\n")
			b.step(closedAgain)
		}, "customers/acme/patterns/1/pattern.yaml:6:9: wrong-bytes"},
		{"CRLF", func(b *book) {
			file := strings.TrimSpace(caseLab)
			b.write(file, strings.ReplaceAll(b.read(file), "\n", "\r\n"))
			b.commit("crlf")
		}, ""},
		{"a merge without a change", func(b *book) {
			b.git("switch", "-q", "main")
			b.step(caseLab + "+# meanwhile\n")
			b.git("switch", "-q", "proposal")
			b.step("docs/a.md\n+a\n")
			b.git("merge", "-q", "--no-edit", "main")
		}, ""},
		{"a merge that takes the other side back", func(b *book) {
			b.git("switch", "-q", "main")
			b.step(noneFor020)
			b.git("switch", "-q", "proposal")
			b.step("docs/a.md\n+a\n")
			b.git("merge", "-q", "--no-edit", "-s", "ours", "main")
		}, "customers/acme/patterns/5/pattern.yaml: deleted-record"},
		{"a merge that does something of its own", func(b *book) {
			b.git("switch", "-q", "main")
			b.step(noneFor020)
			b.git("switch", "-q", "proposal")
			b.step("docs/a.md\n+a\n")
			b.git("merge", "-q", "--no-commit", "main")
			b.step("customers/acme/patterns/5/pattern.yaml\n-description: nothing found\n-uploaded: 2026-10-29T10:00:00Z\n+description: nothing found\n+uploaded: 2026-10-29T11:00:00Z\n")
		}, "customers/acme/patterns/5/pattern.yaml:3:11: fixed-field"},
		{"a merge of two branches at once", func(b *book) {
			for _, name := range []string{"one", "two"} {
				b.git("switch", "-q", "-c", name, "main")
				b.step("docs/" + name + ".md\n+x\n")
			}
			b.git("switch", "-q", "proposal")
			b.git("merge", "-q", "--no-edit", "one", "two")
		}, ""},
		{"a base that has gone further", func(b *book) {
			b.git("switch", "-q", "main")
			b.step(noneFor020)
		}, ""},
		{"a base with a problem of its own", func(b *book) {
			b.git("switch", "-q", "main")
			b.step("customers/acme/notes.txt\n+x\ndelete customers/acme/patterns/1/lpt$vpn.123\n")
			b.git("switch", "-q", "-C", "proposal")
			b.step(caseLab + "+# at work\n")
		}, ""},
		{"an entry for a case that the base has closed meanwhile", func(b *book) {
			b.git("switch", "-q", "main")
			b.step(reopened017)
			b.git("switch", "-q", "-C", "proposal")
			b.step("customers/acme/patterns/5/pattern.yaml\n" + entryNone + "20261023-ws-017\n")
			b.git("switch", "-q", "main")
			b.step(closedAgain)
		}, "customers/acme/patterns/5/pattern.yaml:6:9: illegal-move"},
		{"a submodule in place of a record", func(b *book) {
			must(0, os.Remove(filepath.Join(b.Root(), filepath.FromSlash(strings.TrimSpace(caseLab)))))
			b.git("rm", "-q", "--cached", strings.TrimSpace(caseLab))
			b.git("update-index", "--add", "--cacheinfo", "160000,"+must(b.Tip("main"))+","+strings.TrimSpace(caseLab))
			b.git("commit", "-qm", "a submodule")
		}, "customers/acme/cases/2026-10/20261026-lab-7.yaml: not-a-file"},
		{"a case given to another customer", func(b *book) {
			b.step("move customers/acme/cases/2026-10/20261024-ws-020-2.yaml customers/globex/cases/2026-10/20261024-ws-020-2.yaml\n")
		}, "customers/acme/cases/2026-10/20261024-ws-020-2.yaml: deleted-record\ncustomers/globex/cases/2026-10/20261024-ws-020-2.yaml:2:11: case-key\ncustomers/globex/cases/2026-10/20261024-ws-020-2.yaml:3:20: unknown-record"},
		{"a customer gone", func(b *book) { b.git("rm", "-qr", "customers/globex"); b.commit("gone") }, "" +
			"customers/globex/cases/2026-11/20261101-kasse-3-s-d.yaml: deleted-record\ncustomers/globex/cases/2026-11/20261102-laptop-9.yaml: deleted-record\n" +
			"customers/globex/customer.yaml: deleted-record\ncustomers/globex/mitigators/tm-berlin.yaml: deleted-record\n" +
			"customers/globex/patterns/1/pattern.yaml: deleted-record\ncustomers/globex/patterns/2/pattern.yaml: deleted-record\ncustomers/globex/patterns/3/pattern.yaml: deleted-record"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := exampleBook(t)
			b.git("switch", "-q", "-c", "proposal")
			test.do(b)
			p := must(b.Propose("main", "proposal"))
			defer p.Close()
			expect(t, "problems", placesOf(must(p.Validate())), test.want)
		})
	}
}
