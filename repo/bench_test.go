package repo

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"casebook/casefile"
)

// casesInBench is how many cases a benchmark's casebook has.
func casesInBench() int {
	if n, err := strconv.Atoi(os.Getenv("CASEBOOK_BENCH_CASES")); err == nil {
		return n
	}
	return 1000
}

// crowd is a casebook of many open cases, in one pack, made by git fast-import; the last case has a
// resolved entry. With checkout its work tree is there, too.
func crowd(t testing.TB, n int, checkout bool) (*book, []casefile.CaseRef) {
	t.Helper()
	b := newBook(t)
	importer := b.oracle().command("fast-import", "--quiet", "--force")
	in := must(importer.StdinPipe())
	importer.Stderr = os.Stderr
	must(0, importer.Start())
	w := bufio.NewWriter(in)
	refs := writeCrowd(w, n)
	must(0, w.Flush())
	must(0, in.Close())
	must(0, importer.Wait())
	if checkout {
		b.git("reset", "-q", "--hard")
	} else {
		b.git("read-tree", "HEAD")
	}
	return b, refs
}

func writeCrowd(w io.Writer, n int) []casefile.CaseRef {
	fmt.Fprintf(w, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 5\ncrowd\nfrom refs/heads/main^0\n", testNow.Unix())
	refs := make([]casefile.CaseRef, n)
	for i := range n {
		day := testNow.AddDate(0, 0, -i/30)
		key := casefile.Key(fmt.Sprintf("%s-ws-%d", day.Format("20060102"), i))
		refs[i] = casefile.CaseRef{Account: "acme", Key: key}
		at := casefile.At(day)
		c := refs[i].Receive(fmt.Sprintf("ws-%d", i), "tm-01", casefile.Forensics{File: "f.zip", Size: 1, SHA256: digestOf('b')}, at)
		c.CaseID = fmt.Sprintf("1-%d", i)
		inline(w, c)
	}
	for i, ref := range refs[:min(n, 50)] {
		stamp := casefile.Stamp{At: casefile.At(testNow), By: "Jane Doe <jane@acme.example>"}
		inline(w, &casefile.Pattern{Account: "acme", ID: casefile.PatternID(i + 1), Type: casefile.None, Description: "none needed",
			Uploaded: stamp.At, UploadedBy: stamp.By, Target: casefile.Target{Case: ref.Key, Resolved: &stamp}})
	}
	return refs
}

func inline(w io.Writer, rec casefile.Record) {
	text := casefile.Write(rec)
	fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", rec.Path(), len(text), text)
}

// BenchmarkClose closes a case, and tells the ratio to git add and git commit of the same edit.
func BenchmarkClose(b *testing.B) {
	book, refs := crowd(b, casesInBench(), true)
	var ours, gits time.Duration
	for n := 0; b.Loop(); n = (n + 1) % 50 {
		start := time.Now()
		book.change("close", func(tx *Tx) error {
			c := &casefile.Case{Account: "acme", Key: refs[n].Key}
			if err := tx.Get(c); err != nil {
				return err
			}
			if !c.Open() {
				return tx.Put(reopened(c))
			}
			of, err := tx.EntriesOf(refs[n])
			if err != nil {
				return err
			}
			if err := c.Close(of, "done", tx.Stamp()); err != nil {
				return err
			}
			return tx.Put(c)
		})
		ours += time.Since(start)
		book.write(pathOf(refs[n]), book.read(pathOf(refs[n]))+"#\n")
		start = time.Now()
		must(0, book.command("add", pathOf(refs[n])).Run())
		must(0, book.command("commit", "-qm", "by git").Run())
		gits += time.Since(start)
	}
	b.ReportMetric(float64(ours)/float64(gits), "of-git")
	b.ReportMetric(float64(gits.Milliseconds())/float64(b.N), "git-ms/op")
}

func reopened(c *casefile.Case) *casefile.Case {
	must(0, c.Reopen(casefile.At(testNow)))
	return c
}

func (b *book) command(args ...string) *exec.Cmd { return b.oracle().command(args...) }

// BenchmarkValidate reads and checks a whole commit, and tells the ratio to git's reading of it raw.
func BenchmarkValidate(b *testing.B) {
	book, _ := crowd(b, casesInBench(), false)
	var ours time.Duration
	for b.Loop() {
		start := time.Now()
		s := must(book.Snapshot(""))
		if ps := must(s.Validate()); len(ps) > 0 {
			b.Fatal(ps)
		}
		s.Close()
		ours += time.Since(start)
	}
	start := time.Now()
	must(book.command("cat-file", "--batch", "--batch-all-objects", "--unordered").Output())
	b.ReportMetric(float64(ours)/float64(b.N)/float64(time.Since(start)), "of-git")
}
