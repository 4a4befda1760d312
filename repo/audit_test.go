package repo

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

// audited is what an audit finds, a line a finding.
func (b *book) audited() string {
	b.Helper()
	s := must(b.Snapshot(""))
	defer s.Close()
	found, _, _, err := s.Audit(context.Background(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
	must(0, err)
	var lines []string
	for _, f := range found {
		lines = append(lines, string(f.Kind)+": "+f.Text)
	}
	return strings.Join(lines, "\n")
}

func TestAnAuditOfAGoodHistoryFindsNothing(t *testing.T) {
	b := newBook(t)
	ref, other := b.receive("ws-017"), b.receive("ws-018")
	b.upload(ref, "lpt$vpn.123", "bytes")
	b.close(ref, "gone")
	b.git("switch", "-qc", "side")
	b.byHand(other, "status: new-case-received", "status: threat-sample-downloaded")
	b.git("switch", "-q", "main")
	b.byHand(ref, "size:", "# evidence\n  size:")
	b.git("merge", "-q", "--no-edit", "side")
	b.git("revert", "--no-edit", "-m", "2", "HEAD") // takes back the comment alone
	expect(t, "findings", b.audited(), "")
}

func TestAnAuditTellsWhatAnAuditorMustKnow(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*book, casefile.CaseRef)
		want string
	}{
		{"a move outside the table", func(b *book, ref casefile.CaseRef) {
			b.byHand(ref, "status: mitigator-notified", "status: administrator-notified")
		}, "outside: acme/20261123-ws-017: status: no verb leads from mitigator-notified to administrator-notified"},
		{"a record rewritten", func(b *book, ref casefile.CaseRef) {
			b.byHand(ref, "endpoint: ws-017", "endpoint: ws-099")
		}, `outside: acme/20261123-ws-017: endpoint: never changes, and was "ws-017"`},
		{"a case removed", func(b *book, ref casefile.CaseRef) {
			b.git("rm", "-q", pathOf(ref))
			b.git("commit", "-qm", "x")
		}, "removed: acme/20261123-ws-017 was removed"},
		{"an entry removed", func(b *book, ref casefile.CaseRef) {
			b.git("rm", "-qr", "customers/acme/patterns/1")
			b.git("commit", "-qm", "x")
		}, "removed: the bytes of entry acme/1 were removed"},
		{"a mitigator removed", func(b *book, ref casefile.CaseRef) {
			b.git("rm", "-q", "customers/acme/mitigators/tm-01.yaml")
			b.git("commit", "-qm", "x")
		}, "removed: customers/acme/mitigators/tm-01.yaml was removed"},
		{"bytes changed", func(b *book, ref casefile.CaseRef) {
			b.write("customers/acme/patterns/1/lpt$vpn.123", "others")
			b.git("commit", "-qam", "x")
		}, "outside: acme/20261123-ws-017: the bytes of entry acme/1 were changed"},
		{"a merge that leaves out", func(b *book, ref casefile.CaseRef) {
			b.git("switch", "-qc", "side")
			b.byHand(ref, "endpoint:", "# important\nendpoint:")
			b.git("switch", "-q", "main")
			b.git("merge", "-q", "--no-ff", "--no-edit", "-s", "ours", "side")
		}, "left-out: the merge left out what "},
		{"a clock that went wrong", func(b *book, ref casefile.CaseRef) {
			o := b.oracle()
			o.env = append(o.env, "GIT_COMMITTER_DATE=2001-09-09T01:46:40Z")
			o.git("commit", "-q", "--allow-empty", "-m", "x")
		}, "clock: was made "},
		{"a clock ahead of ours", func(b *book, ref casefile.CaseRef) {
			o := b.oracle()
			o.env = append(o.env, "GIT_COMMITTER_DATE=@4102444801 +0000")
			o.git("commit", "-q", "--allow-empty", "-m", "a second ahead")
			o.env = append(o.env, "GIT_COMMITTER_DATE=@4102531200 +0000")
			o.git("commit", "-q", "--allow-empty", "-m", "a day ahead")
		}, "clock: was made in time to come, at 2100-01-02T00:00:00Z"},
		{"published history replaced", func(b *book, ref casefile.CaseRef) {
			gone := b.git("rev-parse", "HEAD")
			b.git("reset", "-q", "--hard", "HEAD~1")
			must(0, os.WriteFile(b.State().PublishedFile(), []byte(gone+" main\n"+gone+" other\n"), 0o600))
		}, "replaced: was published, and is not in the history any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t)
			ref := b.receive("ws-017")
			b.upload(ref, "lpt$vpn.123", "bytes")
			c.do(b, ref)
			if got := b.audited(); !strings.HasPrefix(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAnAuditJudgesSignatures(t *testing.T) {
	c := newCourt(t)
	c.as("jane", "README.md", "1")
	expect(t, "allowed", c.audited(), "")
	c.as("eve", "README.md", "2")
	c.as("", "README.md", "3")
	data := c.git("cat-file", "commit", "HEAD~1")
	forged := c.oracle().gitWith(strings.Replace(data, "eve writes", "bob writes", 1)+"\n", "hash-object", "-t", "commit", "-w", "--stdin")
	c.git("reset", "-q", "--hard", forged)
	got := strings.Split(c.audited(), "\n")
	if len(got) != 1 || !strings.HasPrefix(got[0], "signature: its signature is wrong") {
		t.Errorf("got %q", got)
	}
}

func TestWhyAFileIsThere(t *testing.T) {
	b := newBook(t)
	ref := b.receive("ws-017")
	p := b.upload(ref, "lpt$vpn.123", "bytes")
	s := must(b.Snapshot(""))
	defer s.Close()
	origins := must(s.Why(context.Background(), p.File.SHA256))
	if len(origins) != 1 || origins[0].Pattern != 1 || origins[0].Case != ref.Key || origins[0].File != "lpt$vpn.123" || origins[0].Commit != s.Commit() {
		t.Errorf("the pattern: %+v", origins)
	}
	origins = must(s.Why(context.Background(), digestOf('b')))
	if len(origins) != 1 || origins[0].Pattern != 0 || origins[0].File != "ws-017.zip" {
		t.Errorf("the evidence: %+v", origins)
	}
	if _, err := s.Why(context.Background(), digestOf('c')); err == nil {
		t.Error("a digest that never was")
	}
}

func TestHistoriesOfTheirOwnAreAudited(t *testing.T) {
	c := newCourt(t)
	c.git("checkout", "-q", "--orphan", "other")
	c.as("jane", "docs/a.md", "1")
	c.git("switch", "-q", "main")
	c.sign("jane", "merge", "-q", "--no-edit", "--allow-unrelated-histories", "other")
	s := must(c.Snapshot(""))
	defer s.Close()
	found, commits, _, err := s.Audit(context.Background(), testNow.AddDate(1, 0, 0))
	if err != nil || commits != 5 {
		t.Fatalf("%d commits, %v", commits, err)
	}
	for _, f := range found {
		if f.Kind == BadSignature || f.Kind == LeftOut {
			t.Errorf("found %+v", f)
		}
	}
}
