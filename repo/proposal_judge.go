package repo

import (
	"errors"
	"fmt"

	"casebook/casefile"
)

// file judges what became of one file.
func (j *judgement) file(c changedFile) error {
	rec, err := casefile.Locate(c.path)
	switch {
	case c.path == casefile.AttributesFile:
		return j.attributes(c)
	case err != nil && c.added() && isExtra(c.path):
		return j.twins(c.path)
	case err != nil:
		return nil // not a record; whether it may stand there was judged when it was read
	case c.deleted() && j.astray[c.was.Hash]:
		return nil // moved to where it does not belong, and one complaint about that is enough
	case c.deleted():
		j.say(casefile.Problem{File: c.path, Rule: casefile.RuleDeletedRecord,
			Text: fmt.Sprintf("was deleted, and %s is never deleted", kindOf(rec)),
			Hint: fmt.Sprintf("git restore --source=%s -- '%s' brings it back; then withdraw, revoke or close", j.base, c.path)})
		return nil
	case c.added():
		return errors.Join(j.taken(c), j.fresh(rec))
	}
	return j.compare(rec, c)
}

func kindOf(rec casefile.Record) string {
	switch rec.(type) {
	case *casefile.Book:
		return "casebook.yaml"
	case *casefile.Customer:
		return "a customer"
	case *casefile.Mitigator:
		return "a mitigator"
	case *casefile.Operator:
		return "an operator"
	case *casefile.Case:
		return "a case"
	case *casefile.Delivery:
		return "a delivery"
	}
	return "a pattern entry"
}

// taken refuses a name that somebody else has given to another record on the base since.
func (j *judgement) taken(c changedFile) error {
	other, err := j.tip.find(c.path)
	if errors.Is(err, ErrNotFound) || err == nil && other.Hash == c.is.Hash {
		return nil
	}
	if err == nil {
		j.blame(c.path, "", casefile.RuleReusedID, "the base has another record of this name meanwhile")
	}
	return err
}

// sameTick reports whether an entry was resolved at one moment, or not at all.
func sameTick(was, is *casefile.Stamp) bool {
	return (was == nil) == (is == nil) && (was == nil || was.At == is.At)
}

// now is the record as the commit has it, nil where it cannot be read.
func (j *judgement) now(rec casefile.Record) casefile.Record {
	if err := j.is.Get(rec); err != nil {
		return nil
	}
	return rec
}

// fresh judges a new record.
func (j *judgement) fresh(rec casefile.Record) error {
	if j.now(rec) == nil {
		return nil
	}
	j.say(casefile.TimesToCome(nil, rec, j.made())...)
	switch r := rec.(type) {
	case *casefile.Case:
		j.notified(r)
		j.say(casefile.OddTimes(nil, r, j.holdings(r.Account).Entries(r.Key))...)
		return j.named(r)
	case *casefile.Pattern:
		j.entry(nil, r)
	}
	return nil
}

// compare judges a record that was there before.
func (j *judgement) compare(rec casefile.Record, c changedFile) error {
	was, _ := casefile.Locate(c.path)
	if j.now(rec) == nil || !isRegular(c.was.Mode) || j.was.Get(was) != nil {
		return nil // what cannot be read has its own problem
	}
	j.say(casefile.JudgeAll(was, rec)...)
	if was, ok := was.(*casefile.Book); ok && was.Branch != rec.(*casefile.Book).Branch {
		j.blame(c.path, "branch", casefile.RuleOtherBranch, "servers publish %s, and turn to another branch when they are started again", was.Branch)
	}
	j.say(casefile.TimesToCome(was, rec, j.made())...)
	switch was := was.(type) {
	case *casefile.Case:
		is := rec.(*casefile.Case)
		j.say(casefile.OddTimes(was, is, j.holdings(is.Account).Entries(is.Key))...)
		if was.Status != is.Status {
			j.notified(is)
		}
	case *casefile.Pattern:
		j.entry(was, rec.(*casefile.Pattern))
	}
	return nil
}

// notified wants an entry of which a mitigator can have been notified.
func (j *judgement) notified(c *casefile.Case) {
	if c.Status != casefile.MitigatorNotified {
		return
	}
	for _, p := range j.holdings(c.Account).Entries(c.Key) {
		if p.Type != casefile.None {
			return
		}
	}
	j.blame(c.Path(), "status", casefile.RuleIllegalMove, "%s, but the case has no entry of which a mitigator could be notified", c.Status)
}

// entry judges what the change does with an entry by the case it answers; was is nil for a new one.
func (j *judgement) entry(was, is *casefile.Pattern) {
	now := j.holdings(is.Account).Cases.Get(is.Target.Case)
	if now == nil {
		return
	}
	j.say(now.OddTimes(was, is)...)
	before := &casefile.Case{Account: now.Account, Key: now.Key}
	settled := was != nil && sameTick(was.Target.Resolved, is.Target.Resolved) && (was.Withdrawn == nil) == (is.Withdrawn == nil)
	reached := now.Status
	if now.Closing != nil {
		reached = now.Closing.From
	}
	switch {
	case settled:
	case j.was.Get(before) == nil && before.StaysClosed(now):
		j.blame(is.Path(), "target.case", casefile.RuleIllegalMove, "the case is closed, and its entries stay as they are")
	case was == nil && j.closedMeanwhile(before, now):
		j.blame(is.Path(), "target.case", casefile.RuleIllegalMove, "the base has closed the case meanwhile")
	case was == nil && is.Type != casefile.None && reached != casefile.MitigatorNotified:
		j.blame(is.Path(), "target.case", casefile.RuleIllegalMove, "a new entry leads to %s, and the case is %s", casefile.MitigatorNotified, reached)
	}
}

// closedMeanwhile reports whether the base has closed a case since the change left it.
func (j *judgement) closedMeanwhile(before, now *casefile.Case) bool {
	at := &casefile.Case{Account: now.Account, Key: now.Key}
	return j.tip.Get(at) == nil && !at.Open() && !before.StaysClosed(at) && !now.StaysClosed(at)
}
