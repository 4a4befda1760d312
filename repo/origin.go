package repo

import (
	"context"
	"fmt"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// Origin is where a file comes from: the entry or the case that has its digest, the commit that brought
// it, and who reported to have it.
type Origin struct {
	Account   casefile.Account   `json:"account"`
	Case      casefile.Key       `json:"case"`
	Pattern   casefile.PatternID `json:"pattern,omitempty"` // 0 where it is a case's forensic data
	File      string             `json:"file"`
	Commit    string             `json:"commit"`
	When      casefile.Time      `json:"when"`
	Author    string             `json:"author"`
	Signature string             `json:"signature"`
	Takers    []Taker            `json:"takers"`
}

// Taker is a mitigator that reported to have the file, or what it did with it.
type Taker struct {
	Mitigator string         `json:"mitigator"`
	Event     casefile.Event `json:"event"`
	When      casefile.Time  `json:"when"`
	Right     bool           `json:"right"` // whether it is these bytes that it has; only a download tells
}

// Why finds where the bytes with a digest come from: all entries and cases that ever had it, oldest first.
func (s *Snapshot) Why(ctx context.Context, d casefile.Digest) ([]Origin, error) {
	events, err := s.events(ctx, scopeOf(casefile.CustomersDir), time.Time{}, plumbing.ZeroHash)
	if err != nil {
		return nil, err
	}
	var origins []Origin
	for _, e := range events {
		for _, r := range e.Records {
			o, of, err := originIn(e, r, d)
			if err != nil || o == nil {
				continue
			}
			if of != nil {
				if o.Takers, err = s.takers(of.Ref(), d); err != nil {
					return nil, err
				}
			}
			origins = append(origins, *o)
		}
	}
	if len(origins) == 0 {
		return nil, fmt.Errorf("file %s: %w in history", d, ErrNotFound)
	}
	return origins, nil
}

// originIn is the origin in one change of a record, if it brought the digest.
func originIn(e Event, r RecordChange, d casefile.Digest) (*Origin, *casefile.Pattern, error) {
	rec, err := casefile.Locate(r.Path)
	if err != nil {
		return nil, nil, err
	}
	named, field := "file.name", "file.sha256"
	of, isPattern := rec.(*casefile.Pattern)
	if _, isCase := rec.(*casefile.Case); isCase {
		named, field = "forensic_data.file", "forensic_data.sha256"
	}
	o := &Origin{Account: e.Account, Case: e.Case, Commit: e.Commit, When: e.When, Author: e.Author, Signature: e.Signature, Takers: []Taker{}}
	if isPattern {
		o.Pattern = of.ID
	}
	brought := false
	for _, f := range r.Fields {
		if f.Field == named {
			o.File = f.To
		}
		brought = brought || f.Field == field && f.To == string(d)
	}
	if !brought {
		return nil, nil, nil
	}
	return o, of, nil
}

// takers are the mitigators that reported on an entry.
func (s *Snapshot) takers(p casefile.PatternRef, d casefile.Digest) ([]Taker, error) {
	deliveries, err := s.repo.Deliveries()
	if err != nil {
		return nil, err
	}
	defer deliveries.Close()
	of, err := deliveries.DeliveriesOf(p)
	takers := []Taker{}
	for _, delivery := range of {
		for _, r := range delivery.Receipts {
			takers = append(takers, Taker{string(delivery.Mitigator), r.Event, r.At, r.SHA256 == d})
		}
	}
	return takers, err
}
