package repo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// errEnough ends a walk that has found what was asked for.
var errEnough = errors.New("enough")

// Recent is a page of a history since a time, newest first, with what mitigators reported woven in: what n
// commits did, after leaving out as many as skip says. It also tells whether there are older ones. Only the commits of the
// page are read; those left out are passed by.
func (s *Snapshot) Recent(ctx context.Context, about Subject, since time.Time, skip, n int) (events []Event, more bool, err error) {
	wanted, observed, err := s.pathsOf(about)
	if err != nil {
		return nil, false, err
	}
	stops, err := s.latest(ctx, scopeOf(wanted...), since, skip+n+1, plumbing.ZeroHash)
	if err == nil && len(observed) > 0 {
		var deliveries *Snapshot
		if deliveries, err = s.repo.Deliveries(); err != nil {
			return nil, false, err
		}
		defer deliveries.Close()
		var reports []*teller
		reports, err = deliveries.latest(ctx, scopeOf(observed...), since, skip+n+1, s.tree)
		stops = interleave(stops, reports)
	}
	more = len(stops) > skip+n
	for _, t := range stops[min(skip, len(stops)):min(skip+n, len(stops))] {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, false, err
		}
		told, failed := t.tell()
		slices.Reverse(told)
		events, err = append(events, told...), errors.Join(err, failed)
	}
	return events, more, err
}

// latest are the newest commits that touch a scope, each ready to be told.
func (s *Snapshot) latest(ctx context.Context, in scope, since time.Time, n int, signersOf plumbing.Hash) (stops []*teller, err error) {
	w, err := s.walk(in, false)
	if err != nil {
		return nil, err
	}
	w.signersOf = signersOf
	err = w.each(ctx, since, func(at stop) error {
		stops = append(stops, &teller{Snapshot: s, walk: w, stop: at})
		if len(stops) == n {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return stops, err
}

// interleave puts two lines of commits into one, newest first; each stays in its own order, and of those
// made at one time the second's count as the newer.
func interleave(a, b []*teller) []*teller {
	all := make([]*teller, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].stop.when > b[0].stop.when {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return slices.Concat(all, a, b)
}
