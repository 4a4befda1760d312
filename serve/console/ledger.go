package console

import (
	"slices"
	"sync"

	"casebook/casefile"
	"casebook/repo"
)

// ledger is what records give for pictures.
type ledger struct {
	count              repo.Count
	open               []*casefile.Case
	answered, resolved spans
}

// keepLedger goes through a customer's cases once.
func (b *book) keepLedger() *ledger {
	l := &ledger{}
	var waited, took []span
	for key, c := range b.Cases.All() {
		l.count.Add(c.Status, 1)
		if c.Open() {
			l.open = append(l.open, c)
		}
		entries := b.Entries(key)
		if s, ok := answered(c, entries); ok {
			waited = append(waited, s)
		}
		if s, ok := resolved(c, entries); ok {
			took = append(took, s)
		}
	}
	l.answered, l.resolved = newSpans(waited), newSpans(took)
	return l
}

// total is all customers' ledgers as one, for as long as none of them is another.
type total struct {
	mu  sync.Mutex
	of  []*ledger
	all *ledger
}

func (t *total) add(of []*ledger) *ledger {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all != nil && slices.Equal(t.of, of) {
		return t.all
	}
	all := &ledger{}
	var waited, took []span
	for _, l := range of {
		all.count = sum(all.count, l.count)
		all.open = append(all.open, l.open...)
		waited = append(waited, l.answered.all...)
		took = append(took, l.resolved.all...)
	}
	all.answered, all.resolved = newSpans(waited), newSpans(took)
	t.of, t.all = of, all
	return all
}
