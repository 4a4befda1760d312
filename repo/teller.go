package repo

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// teller makes events of one commit.
type teller struct {
	*Snapshot
	*walk
	stop
	common Event // what all events of the commit share
	turns  map[casefile.CaseRef]*turn
	events []Event
}

func (t *teller) tell() ([]Event, error) {
	c, err := t.Snapshot.objects.commit(t.hash)
	if err != nil {
		return nil, err
	}
	t.turns = map[casefile.CaseRef]*turn{}
	subject, _, _ := strings.Cut(c.Message, "\n")
	t.common = Event{
		When: casefile.At(c.Committer.When), Author: c.Author.Name + " <" + c.Author.Email + ">",
		Subject: subject, Commit: t.hash.String()}
	if t.common.Signature, err = t.signature(); err != nil {
		return nil, err
	}
	slices.SortFunc(t.touched, func(a, b touch) int { return strings.Compare(a.path, b.path) })
	for _, one := range t.touched {
		if err := t.take(one); err != nil {
			return nil, err
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(t.turns), func(a, b casefile.CaseRef) int { return strings.Compare(a.String(), b.String()) }) {
		if err := t.tellTurn(ref, t.turns[ref], reasonIn(c)); err != nil {
			return nil, err
		}
	}
	return t.events, nil
}

// signature is what the commit's signature is worth to the signers as of the commit before it, or where
// there is none before as of itself. The branch of deliveries has the signers of the branch it reports on.
func (t *teller) signature() (string, error) {
	before := t.stop.tree
	if t.stop.parent != nil {
		before = t.stop.parent.tree
	}
	if !t.walk.signersOf.IsZero() {
		before = t.walk.signersOf
	}
	v, err := t.verdict(t.hash, before)
	return v.words, err
}

// take puts a file's change where it belongs: to the turn of a case, or to an event of its own.
func (t *teller) take(one touch) error {
	rec, err := casefile.Locate(one.path)
	if err != nil {
		if isPatternBytes(one.path) {
			return t.bytes(one)
		}
		t.event(Event{File: one.path, Verb: "edit"})
		return nil
	}
	was, is, broken := t.sides(one)
	switch rec := rec.(type) {
	case *casefile.Case:
		of := t.turn(rec.Ref())
		of.Was, _ = was.(*casefile.Case)
		of.Is, _ = is.(*casefile.Case)
		of.note(one.path, was, is, broken)
	case *casefile.Pattern:
		t.entry(one.path, was, is, broken)
	case *casefile.Delivery:
		t.reports(one.path, was, is, broken)
	default:
		e := Event{File: one.path, Verb: verbOf(was, is), Outside: broken, Account: accountIn(one.path)}
		e.Records = append(e.Records, changeOf(one.path, was, is)...)
		t.event(e)
	}
	return nil
}

// sides are the record before and after; nil where it is not there or cannot be read.
func (t *teller) sides(one touch) (was, is casefile.Record, broken string) {
	was, _ = t.record(one.path, one.from)
	is, broken = t.record(one.path, one.to)
	return was, is, broken
}

func (t *teller) record(file string, at object.TreeEntry) (casefile.Record, string) {
	if at.Hash.IsZero() {
		return nil, ""
	}
	rec, err := casefile.Locate(file)
	if err != nil {
		return nil, err.Error()
	}
	if ps := t.fill(rec, at); len(ps) > 0 {
		return nil, ps[0].Text
	}
	return rec, ""
}

func changeOf(file string, was, is casefile.Record) []RecordChange {
	if is == nil {
		return nil
	}
	return []RecordChange{{file, was == nil, casefile.Diff(was, is)}}
}

func (t *teller) before(file string) (object.TreeEntry, error) {
	if t.stop.parent == nil {
		return object.TreeEntry{}, nil
	}
	return t.at(t.stop.parent.tree, file)
}

func (t *teller) tree() plumbing.Hash { return t.stop.tree }

// event adds what all events of the commit share.
func (t *teller) event(e Event) {
	records := e.Records
	if records == nil {
		records = []RecordChange{}
	}
	c := t.common
	e.When, e.Author, e.Subject, e.Commit, e.Signature, e.Records = c.When, c.Author, c.Subject, c.Commit, c.Signature, records
	t.events = append(t.events, e)
}

// reports makes an event of each receipt that a delivery gained.
func (t *teller) reports(file string, was, is casefile.Record, broken string) {
	old, _ := was.(*casefile.Delivery)
	now, _ := is.(*casefile.Delivery)
	rec, _ := casefile.Locate(file)
	of := rec.(*casefile.Delivery)
	known := 0
	if old != nil {
		known = len(old.Receipts)
	}
	if broken != "" || now == nil || known > len(now.Receipts) || known > 0 && !slices.Equal(old.Receipts, now.Receipts[:known]) {
		t.event(Event{Account: of.Account, Pattern: of.Pattern, File: file, Verb: "edit", Outside: cmp.Or(broken, "receipts were changed or removed"), Records: changeOf(file, was, is)})
		return
	}
	for _, r := range now.Receipts[known:] {
		t.event(Event{Account: of.Account, Pattern: of.Pattern, Verb: string(r.Event), File: file, Reason: r.Result})
		last := &t.events[len(t.events)-1]
		last.When, last.Author = r.At, string(of.Mitigator)
	}
}
