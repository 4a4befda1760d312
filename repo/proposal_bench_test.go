package repo

import (
	"context"
	"testing"
	"time"

	"casebook/casefile"
)

// BenchmarkPropose judges one changed case, and tells the ratio to what checking the whole commit takes.
func BenchmarkPropose(b *testing.B) {
	book, refs := crowd(b, casesInBench(), false)
	book.git("branch", "side")
	how := How{Branch: "side", Now: testNow}
	_, err := book.Change(context.Background(), how, func(tx *Tx) (Message, error) {
		c := &casefile.Case{Account: refs[0].Account, Key: refs[0].Key}
		if err := tx.Get(c); err != nil {
			return Message{}, err
		}
		c.CaseID = "1-999999999"
		return Message{Subject: "identify", Verb: "identify"}, tx.Put(c)
	})
	if err != nil {
		b.Fatal(err)
	}
	var ours time.Duration
	for b.Loop() {
		start := time.Now()
		p := must(book.Propose("main", "side"))
		if ps := must(p.Validate()); len(ps) > 0 {
			b.Fatal(ps)
		}
		p.Close()
		ours += time.Since(start)
	}
	start := time.Now()
	s := must(book.Snapshot("main"))
	defer s.Close()
	must(s.Validate())
	b.ReportMetric(float64(ours)/float64(b.N)/float64(time.Since(start)), "of-validate")
}
