package repo

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// BenchmarkHistory tells of one record that 21 of 10,000 commits touch, beside git log with a path; the
// goal is a ratio of 1.0 or less.
func BenchmarkHistory(b *testing.B) {
	for _, files := range []int{1000, 20000} {
		o := newOracle(b)
		path := longHistory(o, files, 10_000)
		o.git("repack", "-adq")
		for _, graph := range []string{"none", "plain", "filters"} {
			switch graph {
			case "plain":
				o.git("commit-graph", "write", "--reachable")
			case "filters":
				o.git("commit-graph", "write", "--reachable", "--changed-paths")
			}
			b.Run(fmt.Sprintf("files=%d/graph=%s", files, graph), func(b *testing.B) {
				r := must(Open(o.dir, "", testEnv))
				var ours, theirs time.Duration
				for range b.N {
					start := time.Now()
					s := must(r.Snapshot(""))
					n := len(must(s.events(context.Background(), scopeOf(path), time.Time{}, plumbing.ZeroHash)))
					s.Close()
					ours += time.Since(start)
					start = time.Now()
					lines := strings.Count(o.git("log", "--format=%H", "--", path), "\n") + 1
					theirs += time.Since(start)
					if n != lines {
						b.Fatalf("%d events, and git has %d", n, lines)
					}
				}
				b.ReportMetric(float64(ours)/float64(theirs), "ratio")
			})
		}
	}
}

// longHistory is commits that each change one of many case files, and the file that 21 of them touch.
func longHistory(o *oracle, files, commits int) string {
	var in strings.Builder
	name := func(i int) string {
		return fmt.Sprintf("customers/c%02d/cases/2026-%02d/202611%02d-ws-%05d.yaml", i%20, i/20%12+1, i%28+1, i)
	}
	text := func(i, n int) string {
		return fmt.Sprintf("status: new-case-received\nendpoint: ws-%d\nmitigation_server: tm-01\n# %d\n", i, n)
	}
	put := func(n int, subject string) {
		who := fmt.Sprintf("Jane Doe <jane@acme.example> %d +0000", 1_700_000_000+60*n)
		fmt.Fprintf(&in, "commit refs/heads/main\nauthor %s\ncommitter %s\ndata %d\n%s\n", who, who, len(subject), subject)
	}
	change := func(i, n int) {
		fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name(i), len(text(i, n)), text(i, n))
	}
	put(0, "begin")
	for i := range files {
		change(i, 0)
	}
	for n := 1; n < commits; n++ {
		put(n, fmt.Sprintf("change %d", n))
		if n%500 == 0 {
			change(7, n)
		} else {
			change(8+n%(files-8), n)
		}
	}
	o.gitWith(in.String(), "fast-import", "--quiet")
	return name(7)
}
