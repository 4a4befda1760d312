package console

import (
	"sync"

	"casebook/casefile"
)

// book is a customer's records in one commit, with what was reported of them, in the orders
// its pages show. What a page needs is found when the first page needs it.
type book struct {
	*casefile.Holdings
	reports       *reports
	sums          func() sums
	ledger        func() *ledger
	cases         func() *list[caseRow]
	patterns      func() *list[patternRow]
	nonconforming func() *list[*endpointRow]
	listed        func() *list[deliveryRow]
}

// sums are what a customer's records come to.
type sums struct {
	open, onList int
	received     casefile.Time // the last case
}

// newBook takes over what the book before found out, as far as it is still so.
func newBook(h *casefile.Holdings, of *reports, was *book) *book {
	b := &book{Holdings: h, reports: of}
	if was != nil && was.Holdings == h {
		b.sums, b.cases, b.ledger = was.sums, was.cases, was.ledger
	} else {
		b.sums, b.cases, b.ledger = sync.OnceValue(b.sum), sync.OnceValue(b.listCases), sync.OnceValue(b.keepLedger)
	}
	b.patterns, b.nonconforming, b.listed = sync.OnceValue(b.listPatterns), sync.OnceValue(b.listEndpoints), sync.OnceValue(b.listListed)
	return b
}

func (b *book) sum() (s sums) {
	for _, c := range b.Cases.All() {
		if c.Open() {
			s.open++
		}
		if s.received.Before(c.Received) {
			s.received = c.Received
		}
	}
	s.onList = len(b.List())
	return s
}
