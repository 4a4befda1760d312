package console

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"casebook/casefile"
)

// large are the holdings of a customer with so many cases, and a pattern entry for most.
func large(n int) *casefile.Holdings {
	h := casefile.NewHoldings("acme")
	h.Add(&casefile.Customer{Account: "acme", Company: "Acme Ltd"})
	for i := range 4 {
		h.Add(&casefile.Mitigator{Account: "acme", Name: casefile.Name(fmt.Sprintf("tm-%02d", i+1)), Added: day(0)})
	}
	for i := range n {
		at := casefile.At(day(0).Time().Add(time.Duration(i*7919%n) * 5 * time.Minute))
		endpoint := fmt.Sprintf("ws-%05d", i*31%(n/3+1))
		key := casefile.NewKey(at, endpoint, func(k casefile.Key) bool { return h.Cases.Get(k) != nil })
		c := casefile.CaseRef{Account: "acme", Key: key}.Receive(endpoint, casefile.Name(fmt.Sprintf("tm-%02d", i%4+1)),
			casefile.Forensics{File: endpoint + ".zip", Size: int64(40000 + i), SHA256: digestOf(string(key))}, at)
		if i%5 > 0 {
			c.CaseID = fmt.Sprintf("1-%08d", i)
			by := casefile.Stamp{At: casefile.At(at.Time().Add(3 * time.Hour)), By: "Jane Doe <jane@acme.example>"}
			p, err := c.Specify(casefile.PatternID(len(h.Patterns)+1), casefile.SmartScanAgent, fmt.Sprintf("16.%d.00", i%500), "for "+endpoint, by)
			if err == nil && i%10 > 1 {
				if err = c.Resolve(p, by); err == nil {
					err = c.Close([]*casefile.Pattern{p}, "the pattern removed the threats", by)
				}
			}
			if err != nil {
				panic(err)
			}
			h.Add(p)
		}
		h.Add(c)
	}
	h.Check() // as what is published was
	return h
}

// BenchmarkList is the work of one page of a customer with 100,000 cases, without its HTML.
func BenchmarkList(b *testing.B) {
	h := large(100_000)
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			newBook(h, nil, nil).cases()
		}
	})
	b.Run("build after a change", func(b *testing.B) {
		was := newBook(h, nil, nil)
		was.cases()
		for b.Loop() {
			next := *h
			newBook(&next, nil, was).cases()
		}
	})
	b.Run("build endpoints", func(b *testing.B) {
		for b.Loop() {
			newBook(h, nil, nil).nonconforming()
		}
	})
	b.Run("sort", func(b *testing.B) {
		l := newBook(h, nil, nil).cases()
		for b.Loop() {
			l.orders = nil
			l.order("endpoint")
		}
	})
	for _, query := range []string{"", "page=1900", "sort=endpoint", "status=open", "status=mitigator-notified&sort=case_id&order=desc", "q=ws-00123", "q=jane"} {
		b.Run("?"+query, func(b *testing.B) {
			l := newBook(h, nil, nil).cases()
			q, err := url.ParseQuery(query)
			if err != nil {
				b.Fatal(err)
			}
			l.find(l.ask(q), fullPage)
			for b.Loop() {
				l.find(l.ask(q), fullPage)
			}
		})
	}
}
