package repo

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"strings"

	"casebook/casefile"
)

// turn is what the commit did to a case and its entries.
type turn struct {
	casefile.Turn
	records []RecordChange
	trouble string // what the records themselves do not tell
}

func (t *teller) turn(ref casefile.CaseRef) *turn {
	if t.turns[ref] == nil {
		t.turns[ref] = &turn{}
	}
	return t.turns[ref]
}

func (of *turn) note(file string, was, is casefile.Record, broken string) {
	of.trouble = cmp.Or(of.trouble, broken)
	of.records = append(of.records, changeOf(file, was, is)...)
}

// entry takes an entry's record in.
func (t *teller) entry(file string, was, is casefile.Record, broken string) {
	var e casefile.EntryTurn
	e.Was, _ = was.(*casefile.Pattern)
	e.Is, _ = is.(*casefile.Pattern)
	p := cmp.Or(e.Is, e.Was)
	if p == nil {
		t.event(Event{File: file, Verb: "edit", Outside: broken, Account: accountIn(file)})
		return
	}
	of := t.turn(casefile.CaseRef{Account: p.Account, Key: p.Target.Case})
	if broken != "" {
		e.Is = e.Was
	}
	of.Entries = append(of.Entries, e)
	of.note(file, was, is, broken)
}

// bytes looks at a pattern's bytes: they come with the entry's record, and then never change.
func (t *teller) bytes(one touch) error {
	record := path.Join(path.Dir(one.path), casefile.PatternFile)
	before, err := t.before(record)
	if err != nil || before.Hash.IsZero() {
		return err
	}
	was, _ := t.record(record, before)
	p, ok := was.(*casefile.Pattern)
	if !ok {
		return nil
	}
	of := t.turn(casefile.CaseRef{Account: p.Account, Key: p.Target.Case})
	of.trouble = fmt.Sprintf("the bytes of entry %s were changed", p.Ref())
	if one.to.Hash.IsZero() {
		of.trouble = fmt.Sprintf("the bytes of entry %s were removed", p.Ref())
	}
	return nil
}

// tellTurn makes the event of a case.
func (t *teller) tellTurn(ref casefile.CaseRef, of *turn, said string) error {
	if err := t.complete(ref, of); err != nil {
		return err
	}
	e := Event{Account: ref.Account, Case: ref.Key, Verb: "edit", Records: of.records, Reason: cmp.Or(of.Reason(), said)}
	if of.Was != nil {
		e.From = of.Was.Status
	}
	if of.Is != nil {
		e.To = of.Is.Status
	}
	if verbs := of.Verbs(); len(verbs) > 0 {
		words := make([]string, len(verbs))
		for i, v := range verbs {
			words[i] = string(v)
		}
		e.Verb = strings.Join(words, ", ")
	}
	if len(of.Entries) == 1 {
		e.Pattern = cmp.Or(of.Entries[0].Is, of.Entries[0].Was).ID
	}
	e.Outside = cmp.Or(of.trouble, of.Outside())
	if of.Is == nil && of.Was != nil && of.trouble == "" {
		e.Verb = "remove"
	}
	t.event(e)
	return nil
}

// complete adds the case where only its entries were touched, and all entries where it was closed.
func (t *teller) complete(ref casefile.CaseRef, of *turn) error {
	file := (&casefile.Case{Account: ref.Account, Key: ref.Key}).Path()
	if of.Was == nil && of.Is == nil {
		before, err := t.before(file)
		if err != nil {
			return err
		}
		after, err := t.at(t.tree(), file)
		if err != nil {
			return err
		}
		was, is, _ := t.sides(touch{file, before, after})
		of.Was, _ = was.(*casefile.Case)
		of.Is, _ = is.(*casefile.Case)
	}
	if of.Is == nil || of.Is.Open() || of.Was != nil && !of.Was.Open() {
		return nil
	}
	entries, err := t.withTree(t.tree()).EntriesOf(ref)
	var broken casefile.Problems
	if err != nil && !errors.As(err, &broken) {
		return err
	}
	of.Of = entries
	return nil
}
