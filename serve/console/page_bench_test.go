package console

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"casebook/casefile"
)

// BenchmarkPage is one page of a casebook in which one customer has 100,000 cases, or as many
// as CASEBOOK_BENCH_CASES says: as HTML, with its weight plain and compressed.
func BenchmarkPage(b *testing.B) {
	n := 100_000
	if given := os.Getenv("CASEBOOK_BENCH_CASES"); given != "" {
		n, _ = strconv.Atoi(given)
	}
	s, h := emptySite(b), large(n)
	s.commit("", "begin", day(0), &casefile.Book{Format: 1, Branch: "main"})
	s.console.Published = func() *Published {
		return &Published{Commit: "main", Made: s.now, Customers: map[casefile.Account]*casefile.Holdings{"acme": h}}
	}
	for _, path := range []string{
		"/", "/customers/acme", "/customers/acme/cases", "/customers/acme/cases?page=1900", "/customers/acme/cases?sort=endpoint",
		"/customers/acme/cases?status=open", "/customers/acme/cases?q=ws-00123", "/customers/acme/patterns", "/customers/acme/patterns?status=not-applied",
		"/nonconforming", "/publishing", "/figures", "/customers/acme/figures", "/search?q=ws-00123", "/search?q=ws", "/customers/acme/cases.csv",
	} {
		b.Run(path, func(b *testing.B) {
			ask := func() *httptest.ResponseRecorder {
				w := httptest.NewRecorder()
				s.echo.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				return w
			}
			first := ask()
			for b.Loop() {
				if w := ask(); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
			var small bytes.Buffer
			z := gzip.NewWriter(&small)
			fmt.Fprint(z, first.Body)
			z.Close()
			b.ReportMetric(float64(first.Body.Len()), "B-plain")
			b.ReportMetric(float64(small.Len()), "B-gzip")
		})
	}
}
