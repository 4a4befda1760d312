package repo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"casebook/casefile"

	"pgregory.net/rapid"
)

const tallyDay = 1_700_000_000

// caseText is a case in the canonical form, as the verbs leave it.
func caseText(status casefile.Status, endpoint, received string) string {
	text := fmt.Sprintf("status: %s\nendpoint: %s\nmitigation_server: tm-01\nreceived: %sT09:12:00Z\nforensic_data:\n  file: a.zip\n  size: 1\n  sha256: %s\n", status, endpoint, received, strings.Repeat("5f", 32))
	if status == casefile.CaseClosed {
		text += fmt.Sprintf("closing:\n  from: mitigator-notified\n  reason: gone\n  at: %sT10:00:00Z\n  by: Jane Doe <jane@acme.example>\n", received)
	}
	return text
}

// importer writes commits for git fast-import.
type importer struct{ strings.Builder }

// begin starts a commit on a branch; from and others may be "".
func (in *importer) begin(branch string, when int64, from string, others ...string) {
	who := fmt.Sprintf("Jane Doe <jane@acme.example> %d +0000", when)
	fmt.Fprintf(in, "commit refs/heads/%s\nauthor %s\ncommitter %s\ndata 1\nx\n", branch, who, who)
	if from != "" {
		fmt.Fprintf(in, "from %s\n", from)
	}
	for _, other := range others {
		fmt.Fprintf(in, "merge %s\n", other)
	}
}

func (in *importer) put(path, text string) {
	fmt.Fprintf(in, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
}

func (in *importer) remove(path string) { fmt.Fprintf(in, "D %s\n", path) }

// tell is what a moment counted, customers and statuses in order.
func (m Moment) tell() string {
	var words []string
	for _, a := range slices.Sorted(maps.Keys(m.Customers)) {
		for _, s := range append(slices.Clone(casefile.Statuses), "") {
			if n := m.Customers[a].Of(s); n != 0 {
				words = append(words, fmt.Sprintf("%s %s %d", a, s, n))
			}
		}
	}
	return strings.Join(words, ", ")
}

// tallied counts at moments, given in seconds.
func tallied(o *oracle, t *Tally, seconds ...int64) []Moment {
	o.Helper()
	s := must(must(Open(o.dir, "", testEnv)).Snapshot("main"))
	defer s.Close()
	must(t.Follow(context.Background(), s, time.Unix(tallyDay*2, 0), nil))
	var moments []time.Time
	for _, at := range seconds {
		moments = append(moments, time.Unix(at, 0))
	}
	return must(t.Count(context.Background(), s, moments))
}

func TestTallyCountsWhereCasesStood(t *testing.T) {
	o := newOracle(t)
	in := &importer{}
	acme, globex := "customers/acme/cases/2023-11/20231114-ws-001.yaml", "customers/globex/cases/2023-11/20231114-ws-002.yaml"
	in.begin("main", tallyDay, "")
	in.put("README.md", "a casebook")
	in.begin("main", tallyDay+100, "")
	in.put(acme, caseText(casefile.NewCaseReceived, "ws-001", "2023-11-14"))
	in.put("customers/acme/customer.yaml", "company: Acme\n")
	in.begin("main", tallyDay+200, "")
	in.put(globex, caseText(casefile.NewCaseReceived, "ws-002", "2023-11-14"))
	in.put(acme, caseText(casefile.CaseClosed, "ws-001", "2023-11-14"))
	in.begin("main", tallyDay+300, "")
	in.put(globex, "state: odd\n")
	in.put("customers/acme/cases/2023-11/notes.txt", "no case")
	in.begin("main", tallyDay+400, "")
	in.remove(globex)
	o.gitWith(in.String(), "fast-import", "--quiet")
	want := []string{
		"", "", "acme new-case-received 1", "acme new-case-received 1", "acme case-closed 1, globex new-case-received 1",
		"acme case-closed 1, globex  1", "acme case-closed 1", "acme case-closed 1",
	}
	var tally Tally
	got := tallied(o, &tally, tallyDay-1, tallyDay, tallyDay+100, tallyDay+199, tallyDay+200, tallyDay+399, tallyDay+400, tallyDay+99999)
	for i, m := range got {
		expect(t, m.At.String(), m.tell(), want[i])
	}
	expect(t, "before history begins", got[0].Commit, "")
	expect(t, "the first commit", got[1].Commit, o.git("rev-parse", "main~4"))
	expect(t, "the tip", got[7].Commit, o.git("rev-parse", "main"))
	expect(t, "what git has of the third", o.git("show", got[4].Commit+":"+acme)+"\n", caseText(casefile.CaseClosed, "ws-001", "2023-11-14"))
}

func TestTallyHoldsCommitsInOrderWhereClocksAreWrong(t *testing.T) {
	o := newOracle(t)
	in := &importer{}
	for i, when := range []int64{tallyDay, tallyDay + 500, tallyDay + 100, tallyDay * 3, tallyDay + 600} {
		in.begin("main", when, "")
		in.put(fmt.Sprintf("customers/acme/cases/2023-11/20231114-ws-%d.yaml", i), caseText(casefile.NewCaseReceived, "ws", "2023-11-14"))
	}
	o.gitWith(in.String(), "fast-import", "--quiet")
	var tally Tally
	want := []string{"acme new-case-received 1", "acme new-case-received 1", "acme new-case-received 4", "acme new-case-received 5"}
	for i, m := range tallied(o, &tally, tallyDay, tallyDay+499, tallyDay+500, tallyDay+600) {
		expect(t, m.At.String(), m.tell(), want[i])
	}
}

func TestTallyBeginsWhereAShallowCloneWasCut(t *testing.T) {
	o := newOracle(t)
	in := &importer{}
	for i := range int64(5) {
		in.begin("main", tallyDay+100*i, "")
		in.put(fmt.Sprintf("customers/acme/cases/2023-11/20231114-ws-%d.yaml", i), caseText(casefile.NewCaseReceived, "ws", "2023-11-14"))
	}
	o.gitWith(in.String(), "fast-import", "--quiet")
	clone := &oracle{t, t.TempDir(), o.env}
	clone.git("clone", "-q", "--depth", "2", "file://"+o.dir, ".")
	var tally Tally
	got := tallied(clone, &tally, tallyDay+299, tallyDay+300)
	expect(t, "before the cut", got[0].Commit+got[0].tell(), "")
	expect(t, "from the cut", got[1].tell(), "acme new-case-received 4")
	clone.git("fetch", "-q", "--unshallow")
	got = tallied(clone, &tally, tallyDay+299)
	expect(t, "once it was deepened", got[0].tell(), "acme new-case-received 3")
}

// TestTallyCountsAsGitHasIt makes histories by chance, and lets one tally follow them as they grow or are
// replaced.
func TestTallyCountsAsGitHasIt(t *testing.T) {
	o := newOracle(t)
	rapid.Check(t, func(rt *rapid.T) {
		var tally Tally
		for _, from := range []string{"", rapid.SampledFrom([]string{"refs/heads/main^0", "refs/heads/main~1"}).Draw(rt, "grows or is replaced")} {
			in := &importer{}
			growByChance(rt, in, from)
			o.gitWith(in.String(), "fast-import", "--quiet", "--force")
			moments := rapid.SliceOfN(rapid.Int64Range(tallyDay-10, tallyDay+1010), 1, 6).Draw(rt, "moments")
			slices.Sort(moments)
			want := asGitHasIt(o, moments)
			for i, m := range tallied(o, &tally, moments...) {
				if got := m.tell(); got != want[i] {
					rt.Fatalf("at %d: %s, want %s", moments[i], got, want[i])
				}
			}
		}
	})
}

// growByChance adds commits to main, and merges a branch.
func growByChance(rt *rapid.T, in *importer, from string) {
	if from == "" {
		in.WriteString("reset refs/heads/main\n\nreset refs/heads/side\n\n")
	}
	sides := 0
	for i := range 6 {
		branch, merged := "main", []string(nil)
		switch {
		case i > 0 && i < 5 && rapid.Bool().Draw(rt, "beside"):
			branch, from = "side", "refs/heads/main"
			sides++
		case i == 5 && sides > 0:
			merged = []string{"refs/heads/side"}
		}
		in.begin(branch, tallyDay+rapid.Int64Range(0, 1000).Draw(rt, "when"), from, merged...)
		from = ""
		for range rapid.IntRange(0, 3).Draw(rt, "files") {
			n := rapid.IntRange(0, 5).Draw(rt, "case")
			path := fmt.Sprintf("customers/c%d/cases/2023-11/20231114-ws-%d.yaml", n%2, n)
			if rapid.IntRange(0, 5).Draw(rt, "removed") == 5 {
				in.remove(path)
				continue
			}
			in.put(path, caseText(rapid.SampledFrom(casefile.Statuses).Draw(rt, "status"), "ws", "2023-11-14"))
		}
	}
}

// asGitHasIt is what the git program finds in the files of each moment's commit.
func asGitHasIt(o *oracle, moments []int64) []string {
	log := strings.Split(o.git("log", "--first-parent", "--reverse", "--format=%H %ct", "main"), "\n")
	commits := make([]string, len(moments))
	before := int64(0)
	for _, line := range log {
		hash, when, _ := strings.Cut(line, " ")
		before = max(before, must(strconv.ParseInt(when, 10, 64)))
		for i, at := range moments {
			if before <= at {
				commits[i] = hash
			}
		}
	}
	there := slices.DeleteFunc(slices.Clone(commits), func(c string) bool { return c == "" })
	slices.Sort(there)
	counted := map[string]Moment{}
	if len(there) > 0 {
		out, _ := o.command(slices.Concat([]string{"grep", "-e", "^status: "}, slices.Compact(there), []string{"--", "customers"})...).Output() // it fails where it finds nothing
		for line := range strings.Lines(string(out)) {
			commit, rest, _ := strings.Cut(line, ":")
			_, status, _ := strings.Cut(rest, "status: ")
			if counted[commit].Customers == nil {
				counted[commit] = Moment{Customers: map[casefile.Account]Count{}}
			}
			account := casefile.Account(strings.Split(rest, "/")[1])
			of := counted[commit].Customers[account]
			of.Add(casefile.Status(strings.TrimSpace(status)), 1)
			counted[commit].Customers[account] = of
		}
	}
	told := make([]string, len(moments))
	for i, c := range commits {
		told[i] = counted[c].tell()
	}
	return told
}

func TestCountHasAPlaceForEachStatus(t *testing.T) {
	expect(t, "places", len(Count{}), len(casefile.Statuses)+1)
}

// BenchmarkTally counts 90 days of 20,000 commits in 100,000 cases: all anew, with the newest day given,
// and after one more commit; beside git reading all these cases once. A fifth of the commits receive a
// case, the others move one of the last 500.
func BenchmarkTally(b *testing.B) {
	const old, commits, days = 96_000, 20_000, 90
	o := newOracle(b)
	in := &importer{}
	change := func(i int, status casefile.Status) {
		day := time.Unix(tallyDay, 0).UTC().AddDate(0, 0, (i-old)*days/(commits/5))
		if i < old {
			day = time.Unix(tallyDay, 0).UTC().AddDate(0, 0, (i-old)*2*365/old)
		}
		path := fmt.Sprintf("customers/c%02d/cases/%s/%s-ws-%05d.yaml", i%20, day.Format("2006-01"), day.Format("20060102"), i)
		in.put(path, caseText(status, "ws", day.Format(time.DateOnly)))
	}
	in.begin("main", tallyDay, "")
	for i := range old {
		change(i, casefile.Statuses[i%5])
	}
	for n := range commits {
		in.begin("main", tallyDay+int64(n)*days*86400/commits, "")
		newest := old + n/5
		if n%5 == 0 {
			change(newest, casefile.NewCaseReceived)
		} else {
			change(newest-n*7919%500, casefile.Statuses[(n%5+n/5)%5])
		}
	}
	o.gitWith(in.String(), "fast-import", "--quiet")
	o.git("repack", "-adq", "--depth=50", "--window=10")
	r := must(Open(o.dir, "", testEnv))
	var moments []time.Time
	for d := range days {
		moments = append(moments, time.Unix(tallyDay+int64(d+1)*86400, 0))
	}
	count := func(b *testing.B, t *Tally, rev string, known map[casefile.Account]Count) []Moment {
		s := must(r.Snapshot(rev))
		defer s.Close()
		must(t.Follow(context.Background(), s, time.Unix(tallyDay*2, 0), known))
		return must(t.Count(context.Background(), s, moments))
	}
	start := time.Now()
	o.gitWith(strings.ReplaceAll(o.git("ls-tree", "-r", "--format=%(objectname)", "main"), "\r", ""), "cat-file", "--batch")
	git := time.Since(start)
	known := count(b, &Tally{}, "", nil)[days-1].Customers
	for _, graph := range []bool{false, true} {
		if graph {
			o.git("commit-graph", "write", "--reachable")
		}
		for name, given := range map[string]map[casefile.Account]Count{"anew": nil, "newest given": known} {
			b.Run(fmt.Sprintf("%s/graph=%v", name, graph), func(b *testing.B) {
				for b.Loop() {
					count(b, &Tally{}, "", given)
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(git), "of-git-cat-file")
			})
		}
		b.Run(fmt.Sprintf("one more commit/graph=%v", graph), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				var t Tally
				count(b, &t, "main~1", nil)
				b.StartTimer()
				count(b, &t, "main", known)
			}
		})
	}
}
