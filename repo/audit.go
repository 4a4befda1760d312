package repo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Finding is something in a history that an auditor must know.
type Finding struct {
	Kind   FindingKind   `json:"kind"`
	Commit string        `json:"commit"`
	When   casefile.Time `json:"when"`
	Author string        `json:"author"`
	Text   string        `json:"text"`
}

// FindingKind is one word for what was found.
type FindingKind string

// What an audit finds.
const (
	BadSignature FindingKind = "signature" // not signed where it is demanded, or wrongly signed anywhere
	OutsideTable FindingKind = "outside"   // what no verb of the table could have done
	Removed      FindingKind = "removed"   // a record that is no more
	LeftOut      FindingKind = "left-out"  // what one side of a merge did, and the merge did not take
	Replaced     FindingKind = "replaced"  // a commit that was published, and is no longer in the history
	BadClock     FindingKind = "clock"     // a commit made before its parent, or in time to come
)

// audit is a search for findings under way.
type audit struct {
	*Snapshot
	trust *trust
	now   time.Time
	found []Finding
	count int
	bare  int // commits without a signature
}

// Audit looks at all of history, at that of deliveries, and at what a server here published. It also
// counts the commits, and those that are not signed.
func (s *Snapshot) Audit(ctx context.Context, now time.Time) (found []Finding, commits, unsigned int, err error) {
	a := &audit{Snapshot: s, now: now}
	if a.trust, _, err = s.trust(); err != nil {
		return nil, 0, 0, err
	}
	if err := a.trust.walk.each(ctx, time.Time{}, a.commit); err != nil {
		return nil, 0, 0, err
	}
	a.published()
	slices.Reverse(a.found)
	return a.found, a.count, a.bare, a.deliveries(ctx)
}

func (a *audit) say(e Event, kind FindingKind, text string) {
	a.found = append(a.found, Finding{kind, e.Commit, e.When, e.Author, text})
}

// commit looks at one commit.
func (a *audit) commit(at stop) error {
	t := &teller{Snapshot: a.Snapshot, walk: a.trust.walk, stop: at}
	events, err := t.tell()
	if err != nil {
		return err
	}
	for _, e := range events {
		switch {
		case e.Verb == "remove":
			a.say(e, Removed, inShort(e)+" was removed")
		case strings.HasSuffix(e.Outside, "removed"):
			a.say(e, Removed, e.Outside)
		case e.Outside != "":
			a.say(e, OutsideTable, inShort(e)+": "+e.Outside)
		}
	}
	a.clock(t)
	if err := a.leftOut(t); err != nil {
		return err
	}
	return a.signature(t)
}

// inShort is what an event is about.
func inShort(e Event) string {
	if e.File != "" {
		return e.File
	}
	return Subject{Account: e.Account, Case: e.Case}.String()
}

// ahead is how far another machine's clock may be ahead of ours.
const ahead = 5 * time.Minute

func (a *audit) clock(t *teller) {
	if when := time.Unix(t.stop.when, 0); when.After(a.now.Add(ahead)) {
		a.say(t.common, BadClock, "was made in time to come, at "+casefile.At(when).String())
	}
	for _, h := range t.parents {
		if p := t.known[h]; p != nil && p.when > t.stop.when {
			a.say(t.common, BadClock, fmt.Sprintf("was made %s before its parent %s", time.Duration(p.when-t.stop.when)*time.Second, h.String()[:10]))
		}
	}
}

func (a *audit) signature(t *teller) error {
	a.count++
	if t.common.Signature == unsigned.words {
		a.bare++
	}
	why, err := a.trust.judge(t.stop.node)
	switch words := t.common.Signature; {
	case err != nil:
		return err
	case why != "":
		a.say(t.common, BadSignature, why)
	case words == "WRONG":
		a.say(t.common, BadSignature, "its signature is wrong")
	}
	return nil
}

// leftOut finds what one side of a merge did to a record, and the merge did not take.
func (a *audit) leftOut(t *teller) error {
	if len(t.parents) != 2 {
		return nil
	}
	parted, err := a.mergeBase(t.parents[0], t.parents[1])
	if errors.Is(err, ErrNotFound) {
		return nil // histories that have nothing in common
	}
	if err != nil {
		return err
	}
	base, err := t.walk.node(parted)
	if err != nil {
		return err
	}
	for i, h := range t.parents {
		side, other := t.known[h], t.known[t.parents[1-i]]
		lost, err := t.apart("", side.tree, t.stop.tree, nil)
		if err != nil {
			return err
		}
		for _, one := range lost {
			before, err := t.at(base.tree, one.path)
			if err != nil {
				return err
			}
			beside, err := t.at(other.tree, one.path)
			if err != nil {
				return err
			}
			if same(before, beside) && same(beside, one.to) && !same(before, one.from) {
				a.say(t.common, LeftOut, fmt.Sprintf("the merge left out what %s did to %s", h.String()[:10], one.path))
			}
		}
	}
	return nil
}

func same(a, b object.TreeEntry) bool { return a.Hash == b.Hash && a.Mode == b.Mode }

// published finds published commits that the history no longer has, and a branch that was set back.
func (a *audit) published() {
	book := &casefile.Book{}
	if a.Get(book) != nil {
		return // which validate says
	}
	seen := map[string]bool{}
	for _, commit := range a.repo.state.Published(book.Branch) {
		e := Event{Commit: commit}
		if n := a.trust.known[plumbing.NewHash(commit)]; n == nil {
			a.say(e, Replaced, "was published, and is not in the history any more")
		} else if seen[commit] {
			a.say(e, Replaced, "was published again: the branch had been set back to it")
		}
		seen[commit] = true
	}
}

// deliveries finds receipts that were changed, and where signatures are demanded who did not sign.
func (a *audit) deliveries(ctx context.Context) error {
	d, err := a.repo.Deliveries()
	if err != nil {
		return err
	}
	defer d.Close()
	events, err := d.events(ctx, nil, time.Time{}, a.tree)
	if err != nil {
		return err
	}
	demanded, err := a.trust.demands(a.tree)
	last := ""
	for _, e := range events {
		if e.Outside != "" || e.Verb == "remove" {
			a.say(e, OutsideTable, e.File+": "+e.Outside)
		}
		if e.Commit != last && (demanded && !strings.HasPrefix(e.Signature, "good") || e.Signature == "WRONG") {
			a.say(e, BadSignature, "deliveries: "+e.Signature)
		}
		last = e.Commit
	}
	return err
}
