package repo

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// Event is one thing that happened: a commit's change to one case and its entries or to one file, or a
// report of a mitigator. What was done is read from the change, not from the commit's message, so that
// it is told alike of commits made by hand.
type Event struct {
	When      casefile.Time      `json:"when"` // when it was committed; of a report, when it was received
	Author    string             `json:"author"`
	Verb      string             `json:"verb"` // several, joined by commas, where one commit did them at once; "edit" where none fits
	Account   casefile.Account   `json:"account,omitempty"`
	Case      casefile.Key       `json:"case,omitempty"`
	Pattern   casefile.PatternID `json:"pattern,omitempty"` // the entry, where it is about one
	File      string             `json:"file,omitempty"`    // what was changed, where it is about no case
	From      casefile.Status    `json:"from,omitempty"`    // the case's status before; "" where there was no case
	To        casefile.Status    `json:"to,omitempty"`      // the case's status after
	Reason    string             `json:"reason,omitempty"`
	Subject   string             `json:"subject"` // of the commit's message
	Records   []RecordChange     `json:"records"`
	Commit    string             `json:"commit"`
	Signature string             `json:"signature"`               // unsigned, good, not allowed or WRONG, and the key
	Outside   string             `json:"outside_table,omitempty"` // what no verb of the table could have done
}

// Subject is what a history is about: everything, a customer, a case, or an entry.
type Subject struct {
	Account casefile.Account
	Case    casefile.Key
	Pattern casefile.PatternID
}

func (about Subject) String() string {
	switch {
	case about.Case != "":
		return casefile.CaseRef{Account: about.Account, Key: about.Case}.String()
	case about.Pattern != 0:
		return casefile.PatternRef{Account: about.Account, ID: about.Pattern}.String()
	}
	return string(about.Account)
}

// Path is the file of the record that a history is about; "" where it is about many.
func (about Subject) Path() string {
	switch {
	case about.Case != "":
		return (&casefile.Case{Account: about.Account, Key: about.Case}).Path()
	case about.Pattern != 0:
		return (&casefile.Pattern{Account: about.Account, ID: about.Pattern}).Path()
	}
	return ""
}

// History is what happened since a time, oldest first, with what mitigators reported woven in. In a
// shallow clone it begins where the clone was cut off.
func (s *Snapshot) History(ctx context.Context, about Subject, since time.Time) ([]Event, error) {
	wanted, observed, err := s.pathsOf(about)
	if err != nil {
		return nil, err
	}
	events, err := s.events(ctx, scopeOf(wanted...), since, plumbing.ZeroHash)
	if err != nil || len(observed) == 0 {
		return events, err
	}
	deliveries, err := s.repo.Deliveries()
	if err != nil {
		return nil, err
	}
	defer deliveries.Close()
	reports, err := deliveries.events(ctx, scopeOf(observed...), since, s.tree)
	return weave(events, reports), err
}

// pathsOf are the paths a history is about, on the branch of what is wanted and on the branch of
// deliveries.
func (s *Snapshot) pathsOf(about Subject) (wanted, observed []string, err error) {
	reports := path.Join(casefile.CustomerDir(about.Account), "deliveries")
	of := func(id casefile.PatternID) {
		wanted = append(wanted, path.Join(casefile.PatternsDir(about.Account), strconv.Itoa(int(id))))
		observed = append(observed, path.Join(reports, strconv.Itoa(int(id))))
	}
	switch {
	case about.Pattern != 0:
		of(about.Pattern)
	case about.Case != "":
		ref := casefile.CaseRef{Account: about.Account, Key: about.Case}
		wanted = append(wanted, (&casefile.Case{Account: ref.Account, Key: ref.Key}).Path())
		var entries []*casefile.Pattern
		entries, err = s.EntriesOf(ref)
		for _, p := range entries {
			of(p.ID)
		}
	case about.Account != "":
		return []string{casefile.CustomerDir(about.Account)}, []string{reports}, nil
	default:
		return nil, []string{casefile.CustomersDir}, nil
	}
	return wanted, observed, err
}

// events are told oldest first.
func (s *Snapshot) events(ctx context.Context, in scope, since time.Time, signersOf plumbing.Hash) ([]Event, error) {
	w, err := s.walk(in, false)
	if err != nil {
		return nil, err
	}
	w.signersOf = signersOf
	var all []Event
	err = w.each(ctx, since, func(at stop) error {
		told, err := (&teller{Snapshot: s, walk: w, stop: at}).tell()
		slices.Reverse(told)
		all = append(all, told...)
		return err
	})
	slices.Reverse(all)
	return all, err
}

// weave puts reports between events by time; each of both stays in its own order, for it is the order of
// commits that counts, and clocks go wrong.
func weave(events, reports []Event) []Event {
	if len(reports) == 0 {
		return events
	}
	woven := make([]Event, 0, len(events)+len(reports))
	for _, e := range events {
		for len(reports) > 0 && reports[0].When.Before(e.When) {
			woven, reports = append(woven, reports[0]), reports[1:]
		}
		woven = append(woven, e)
	}
	return append(woven, reports...)
}

// FindSubject is what a reference means: ACCOUNT, ACCOUNT/ID, or a case as FindCase has it. A record that
// was removed still has a history.
func (s *Snapshot) FindSubject(ref string) (Subject, error) {
	if ref == "" {
		return Subject{}, nil
	}
	account, rest, full := strings.Cut(ref, "/")
	a, err := casefile.ParseAccount(account)
	if !full {
		if there, failed := s.has(casefile.CustomerDir(a)); err == nil && (there || failed != nil) {
			return Subject{Account: a}, failed
		}
	} else if err == nil {
		if id, err := casefile.ParsePatternID(rest); err == nil {
			return Subject{Account: a, Pattern: id}, nil
		}
		if key, err := casefile.ParseKey(rest); err == nil {
			return Subject{Account: a, Case: key}, nil
		}
	}
	found, err := s.FindCase(ref)
	if err != nil {
		return Subject{}, fmt.Errorf("no customer, and %w", err)
	}
	return Subject{Account: found.Account, Case: found.Key}, nil
}
