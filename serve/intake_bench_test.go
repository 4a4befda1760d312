package serve

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// BenchmarkReceiveAmongManyCases hands in new forensic data, of an endpoint that was never
// heard of and of one that was, into a casebook of CASEBOOK_BENCH_CASES cases; the first
// time all months are listed, and later only the one that changed.
func BenchmarkReceiveAmongManyCases(b *testing.B) {
	s := populous(b, casesInBench()).serve()
	took := func(endpoint, data string, status int) time.Duration {
		start := time.Now()
		receivedIn(b, s.handIn(acmeToken, endpoint, zipOf(data)), status)
		return time.Since(start)
	}
	first := took("first", "first", http.StatusCreated)
	var fresh, again time.Duration
	for n := 0; b.Loop(); n++ {
		data := fmt.Sprint(n)
		fresh += took("ws-7", data, http.StatusCreated)
		again += took("ws-7", data, http.StatusOK)
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
	b.ReportMetric(float64(fresh.Microseconds())/float64(b.N)/1000, "new-ms")
	b.ReportMetric(float64(again.Microseconds())/float64(b.N)/1000, "again-ms")
}
