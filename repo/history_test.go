package repo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// history is what is told about a reference, a line an event.
func (b *book) history(ref string) []Event {
	b.Helper()
	s := must(b.Snapshot(""))
	defer s.Close()
	about := must(s.FindSubject(ref))
	return must(s.History(context.Background(), about, time.Time{}))
}

func told(events []Event) string {
	var lines []string
	for _, e := range events {
		line := e.Verb
		if e.File != "" {
			line += " " + e.File
		}
		if e.From != e.To {
			line += fmt.Sprintf(" %s→%s", e.From, e.To)
		}
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		if e.Outside != "" {
			line += " OUTSIDE " + e.Outside
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestHistoryReadsTheMovesFromTheChanges(t *testing.T) {
	b := newBook(t)
	ref := b.receive("ws-017")
	other := b.receive("ws-018")
	b.upload(ref, "lpt$vpn.123", "bytes")
	b.upload(other, "lpt$vpn.124", "other bytes")
	b.close(ref, "it is gone")
	life := "receive →new-case-received\n" +
		"upload new-case-received→mitigator-notified\n" +
		"resolve, close mitigator-notified→case-closed: it is gone"
	expect(t, "the case", told(b.history(ref.String())), life)
	expect(t, "the case by its key", told(b.history(string(ref.Key))), life)
	expect(t, "the entry", told(b.history("acme/1")), strings.SplitN(life, "\n", 2)[1])
	expect(t, "everything", len(b.history("")), len(b.history("acme"))+2) // casebook.yaml and .gitattributes
	first := b.history("acme/1")[0]
	expect(t, "the entry's case", first.Case, ref.Key)
	expect(t, "the author", first.Author, "Jane Doe <jane@acme.example>")
	expect(t, "what of it is the entry's", first.Records[0].Path, "customers/acme/patterns/1/pattern.yaml")
}

func TestHistoryTellsOfHandMadeCommits(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a legal move", "new-case-received", "threat-sample-downloaded", "download new-case-received→threat-sample-downloaded"},
		{"a comment", "endpoint:", "# seen before\nendpoint:", "edit"},
		{"what never changes", "endpoint: ws-017", "endpoint: ws-018", `edit OUTSIDE endpoint: never changes, and was "ws-017"`},
		{"a closing without an entry", "status: new-case-received", "closing:\n  from: new-case-received\n  reason: gone\n  at: 2026-11-24T08:05:00Z\n  by: Jane Doe <jane@acme.example>\nstatus: case-closed",
			"close new-case-received→case-closed: gone OUTSIDE closed, but it has no pattern entry; where none is needed, say so with pattern none"},
		{"a file that is no case any more", "status:", "state:", `edit new-case-received→ OUTSIDE state: unknown key, known are case_id, status, endpoint, mitigation_server, received, updated, forensic_data, closing`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t)
			ref := b.receive("ws-017")
			b.write(pathOf(ref), strings.Replace(b.read(pathOf(ref)), c.old, c.new, 1))
			b.git("commit", "-qam", "by hand")
			got := strings.SplitN(told(b.history(ref.String())), "\n", 2)
			expect(t, "history", got[1], c.want)
		})
	}
}

func TestHistoryTellsWhatWasRemoved(t *testing.T) {
	b := newBook(t)
	ref := b.receive("ws-017")
	p := b.upload(ref, "lpt$vpn.123", "bytes")
	b.git("rm", "-q", p.FilePath())
	b.git("commit", "-qm", "tidy")
	b.git("rm", "-q", p.Path(), pathOf(ref))
	b.git("commit", "-qm", "tidy more")
	want := "receive →new-case-received\nupload new-case-received→mitigator-notified\n" +
		"edit OUTSIDE the bytes of entry acme/1 were removed\n" +
		"remove mitigator-notified→ OUTSIDE entry acme/1 was removed"
	events := b.history("acme")
	expect(t, "history", told(events[len(events)-4:]), want)
}

// byHand edits the case by hand and commits it.
func (b *book) byHand(ref casefile.CaseRef, old, new string) {
	b.Helper()
	text := b.read(pathOf(ref))
	if !strings.Contains(text, old) {
		b.Fatalf("no %q in %s", old, text)
	}
	b.write(pathOf(ref), strings.Replace(text, old, new, 1))
	b.git("commit", "-qam", "by hand: "+new)
}

func TestHistoryFollowsMerges(t *testing.T) {
	b := newBook(t)
	ref, other := b.receive("ws-017"), b.receive("ws-018")
	b.git("branch", "taken")
	b.git("branch", "refused")
	b.byHand(other, "status: new-case-received", "status: administrator-notified")
	b.git("switch", "-q", "taken")
	b.byHand(ref, "status: new-case-received", "status: threat-sample-downloaded")
	b.git("switch", "-q", "refused")
	b.byHand(ref, "status: new-case-received", "status: administrator-notified")
	b.git("switch", "-q", "main")
	b.git("merge", "-q", "--no-edit", "taken")
	b.git("merge", "-q", "--no-edit", "-s", "ours", "refused")
	expect(t, "what came by a merge", told(b.history(ref.String())),
		"receive →new-case-received\ndownload new-case-received→threat-sample-downloaded")
	expect(t, "what a merge left alone", told(b.history(other.String())),
		"receive →new-case-received\nnotify new-case-received→administrator-notified")
	b.git("switch", "-qc", "both")
	b.byHand(ref, "endpoint: ws-017", "case_id: \"1-1029\"\nendpoint: ws-017")
	b.git("switch", "-q", "main")
	b.byHand(ref, "  size:", "  # the size\n  size:")
	b.git("merge", "-q", "--no-commit", "both")
	b.byHand(ref, "endpoint: ws-017", "endpoint: ws-099")
	got := b.history(ref.String())
	expect(t, "both sides, and what the merge did itself", told(got[len(got)-3:]),
		`identify
edit
identify OUTSIDE endpoint: never changes, and was "ws-017"`)
}

// TestHistoryAgreesWithGitLog makes histories of merges by chance.
func TestHistoryAgreesWithGitLog(t *testing.T) {
	b := newBook(t)
	ref := b.receive("ws-017")
	file, path := pathOf(ref), pathOf(b.receive("ws-018"))
	chance := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		b.git("switch", "-q", "main")
		switch branch := fmt.Sprintf("b%d", chance.IntN(4)); chance.IntN(4) {
		case 0:
			b.git("branch", "-f", branch)
		case 1:
			if b.git("branch", "--list", branch) != "" {
				b.git("merge", "-q", "--no-ff", "--no-edit", "-X", []string{"ours", "theirs"}[chance.IntN(2)], branch)
			}
		default:
			if b.git("branch", "--list", branch) != "" {
				b.git("switch", "-q", branch)
			}
			f := []string{file, path}[chance.IntN(2)]
			b.write(f, b.read(f)+fmt.Sprintf("# %d\n", i%7))
			b.git("-c", "user.name=x", "commit", "-qam", fmt.Sprint(i))
		}
	}
	b.git("switch", "-q", "main")
	b.toldLikeGit("without a commit-graph", file, path)
	b.git("commit-graph", "write", "--reachable", "--changed-paths")
	b.toldLikeGit("with one", file, path)
	b.write(file, b.read(file)+"# more\n")
	b.git("commit", "-qam", "more")
	b.toldLikeGit("with one that does not know all", file, path)
	b.git("commit-graph", "write", "--reachable", "--changed-paths", "--split=no-merge")
	b.write(path, b.read(path)+"# more\n")
	b.git("commit", "-qam", "more")
	b.git("commit-graph", "write", "--reachable", "--split=no-merge")
	b.toldLikeGit("with a chain of them", file, path)
	b.git("commit-graph", "write", "--reachable")
	b.toldLikeGit("with one without filters", file, path)
}

// toldLikeGit fails unless the commits that touch each path are those that git log has.
func (b *book) toldLikeGit(how string, paths ...string) {
	b.Helper()
	for _, f := range paths {
		s := must(b.Snapshot(""))
		defer s.Close()
		var ours []string
		for _, e := range must(s.events(context.Background(), scopeOf(f), time.Time{}, plumbing.ZeroHash)) {
			ours = append(ours, e.Commit)
		}
		theirs := strings.Split(b.git("log", "--format=%H", "--", f), "\n")
		slices.Sort(ours)
		slices.Sort(theirs)
		expect(b, how+": "+f, strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
}

// report is what a mitigator did with an entry, some minutes later.
func (b *book) report(p *casefile.Pattern, minutes int, e casefile.Event) {
	b.Helper()
	at := testNow.Add(time.Duration(minutes) * time.Minute)
	how := How{Branch: DeliveriesBranch, Now: at, By: &Signature{"serve", "serve@casebook.invalid"}}
	_, err := b.Change(context.Background(), how, func(tx *Tx) (Message, error) {
		d := &casefile.Delivery{Account: "acme", Pattern: p.ID, Mitigator: "tm-01"}
		if err := tx.Get(d); err != nil && !errors.Is(err, ErrNotFound) {
			return Message{}, err
		}
		d.Receipts = append(d.Receipts, casefile.Receipt{Event: e, At: casefile.At(at), SHA256: p.File.SHA256})
		return Message{Subject: "deliver"}, tx.Put(d)
	})
	must(0, err)
}

func TestHistoryWeavesDeliveriesIn(t *testing.T) {
	b := newBook(t)
	ref := b.receive("ws-017")
	p := b.upload(ref, "lpt$vpn.123", "bytes")
	b.report(p, 5, casefile.EventDownloaded)
	b.report(p, 6, casefile.EventApplied)
	for _, name := range []string{ref.String(), "acme/1", "acme"} {
		events := b.history(name)
		last := events[len(events)-1]
		expect(t, name, told(events[len(events)-2:]), "downloaded "+last.File+"\napplied "+last.File)
		expect(t, "who", last.Author, "tm-01")
		expect(t, "when", last.When.String(), "2026-11-23T09:18:00Z")
	}
}
