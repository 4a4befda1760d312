package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// casesInBench is how many cases a benchmark's casebook has.
func casesInBench() int {
	if n, err := strconv.Atoi(os.Getenv("CASEBOOK_BENCH_CASES")); err == nil {
		return n
	}
	return 1000
}

// populous is a casebook of many open cases, one in a hundred with a pattern on the list, in
// one pack made by git fast-import.
func populous(b testing.TB, n int) *book {
	b.Helper()
	k := newBook(b)
	importer := k.program("fast-import", "--quiet", "--force")
	in, err := importer.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := importer.Start(); err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(in)
	fmt.Fprintf(w, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 5\ncrowd\nfrom refs/heads/main^0\n", today.Time().Unix())
	for i := range n {
		member(w, i)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	in.Close()
	if err := importer.Wait(); err != nil {
		b.Fatal(err)
	}
	k.git("read-tree", "HEAD")
	return k
}

func member(w io.Writer, i int) {
	day := today.Time().AddDate(0, 0, -i/30)
	ref := casefile.CaseRef{Account: "acme", Key: casefile.Key(fmt.Sprintf("%s-ws-%d", day.Format("20060102"), i))}
	c := ref.Receive(fmt.Sprint("ws-", i), "tm-01", casefile.Forensics{File: "f.zip", Size: 1, SHA256: digestOf("zip")}, casefile.At(day))
	c.CaseID = fmt.Sprint("1-", i)
	recs := []casefile.Record{c}
	if i%100 == 0 {
		p, err := c.Specify(casefile.PatternID(i/100+1), casefile.SmartScan, "1.2.3", "for all", casefile.Stamp{At: today, By: "Jane Doe <jane@acme.example>"})
		if err != nil {
			panic(err)
		}
		recs = append(recs, p)
	}
	for _, rec := range recs {
		text := casefile.Write(rec)
		fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", rec.Path(), len(text), text)
	}
}

// program is git, in the casebook.
func (b *book) program(words ...string) *exec.Cmd {
	b.Helper()
	need(b, "git")
	return exec.Command("git", append([]string{"-C", b.dir}, words...)...)
}

// cold is a publisher that looks for the first time, and how long that takes.
func (b *book) cold() (*publisher, time.Duration) {
	b.Helper()
	p := newPublisher(b.repo, "", slog.New(slog.DiscardHandler), func() time.Time { return today.Time() })
	start := time.Now()
	p.look(context.Background())
	if p.current.Load() == nil {
		b.Fatalf("%+v", p.found.Load())
	}
	return p, time.Since(start)
}

// BenchmarkColdStart publishes a casebook of CASEBOOK_BENCH_CASES cases for the first time,
// and tells the ratio to git's reading of all objects raw.
func BenchmarkColdStart(b *testing.B) {
	k := populous(b, casesInBench())
	var ours, gits time.Duration
	for b.Loop() {
		_, took := k.cold()
		ours += took
		start := time.Now()
		if err := k.program("cat-file", "--batch", "--batch-all-objects", "--unordered").Run(); err != nil {
			b.Fatal(err)
		}
		gits += time.Since(start)
	}
	b.ReportMetric(float64(ours)/float64(gits), "of-git")
}

// BenchmarkPublishOneCommit publishes one commit to such a casebook, and tells the ratio to
// a cold start.
func BenchmarkPublishOneCommit(b *testing.B) {
	k := populous(b, casesInBench())
	p, cold := k.cold()
	var ours time.Duration
	for n := 0; b.Loop(); n++ {
		ref := casefile.CaseRef{Account: "acme", Key: casefile.Key(fmt.Sprintf("20261123-new-%d", n))}
		k.change("", func(tx *repo.Tx) error {
			return tx.Put(ref.Receive("new", "tm-01", casefile.Forensics{File: "f.zip", Size: 1, SHA256: digestOf("zip")}, today))
		})
		start := time.Now()
		p.look(b.Context())
		ours += time.Since(start)
		if p.current.Load().customers["acme"].held.Cases.Get(ref.Key) == nil {
			b.Fatalf("%+v", p.found.Load())
		}
	}
	b.ReportMetric(float64(ours)/float64(b.N)/float64(cold), "of-cold")
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N)/1000, "look-ms")
}
