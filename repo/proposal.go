package repo

import (
	"errors"
	"fmt"
	"slices"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// Proposal is a change that is proposed: all that a commit differs in from the place where its history
// left that of a base. Only what changed, and what that refers to, is read.
type Proposal struct {
	base    string    // as it was named
	was     *Snapshot // where the histories parted
	tip     *Snapshot // the base, which may have gone on since
	is      *Snapshot
	changed []changedFile
}

// Propose compares a commit with the place where it left the base; both are named as for Snapshot.
func (r *Repo) Propose(base, head string) (p *Proposal, err error) {
	p = &Proposal{base: base}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.tip, err = r.Snapshot(base); err != nil {
		return p, err
	}
	if p.is, err = r.Snapshot(head); err != nil {
		return p, err
	}
	parted, err := p.is.mergeBase(p.is.commit, p.tip.commit)
	if err != nil {
		return p, err
	}
	if p.was, err = r.at(parted); err != nil {
		return p, err
	}
	p.changed, err = p.is.differences("", p.was.tree, p.is.tree)
	return p, err
}

// Close lets go of git's files.
func (p *Proposal) Close() error {
	var errs []error
	for _, s := range []*Snapshot{p.was, p.tip, p.is} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// Validate finds what is wrong with the change: with each file it touches, between those and what they
// refer to, and in what became of records that were there before.
func (p *Proposal) Validate() (casefile.Problems, error) {
	j := &judgement{Proposal: p, touched: map[string]bool{}, astray: map[plumbing.Hash]bool{}}
	if err := j.read(); err != nil {
		return nil, err
	}
	for _, c := range j.changed {
		if err := j.file(c); err != nil {
			return nil, err
		}
	}
	if err := j.between(); err != nil {
		return nil, err
	}
	j.problems = slices.DeleteFunc(j.problems, func(one casefile.Problem) bool { return !j.concerns(one) })
	unsigned, err := p.is.checkProposed(p.tip)
	j.say(unsigned...)
	return j.finish(), err
}

// judgement is the search for problems of a proposal.
type judgement struct {
	*Proposal
	*validation
	touched map[string]bool                         // files whose problems are the change's
	astray  map[plumbing.Hash]bool                  // new content in places where it does not belong
	highest map[casefile.Account]casefile.PatternID // before the change
}

// concerns reports whether a problem is the change's: others were there before.
func (j *judgement) concerns(one casefile.Problem) bool {
	switch rec, _ := casefile.Locate(one.File); rec := rec.(type) {
	case *casefile.Pattern:
		if one.Rule == casefile.RulePatternGap {
			return j.leavesGap(rec)
		}
	case *casefile.Customer:
		if one.Rule == casefile.RuleMissingFile {
			known, err := j.was.has(casefile.CustomerDir(rec.Account))
			return err == nil && !known
		}
	}
	return j.touched[one.File]
}

// leavesGap reports whether an ID before an entry's was free, and not even somebody whose entry is not in
// this commit yet has taken it.
func (j *judgement) leavesGap(p *casefile.Pattern) bool {
	return slices.ContainsFunc(j.holdings(p.Account).Gap(p), func(id casefile.PatternID) bool {
		taken, err := j.tip.has((&casefile.Pattern{Account: p.Account, ID: id}).Path())
		return id > j.highest[p.Account] && err == nil && !taken
	})
}

// between checks the records of the customers that the change touches against each other.
func (j *judgement) between() error {
	if there, err := j.is.Has(&casefile.Book{}); err != nil {
		return err
	} else if there {
		for _, f := range j.observed {
			j.say(stray(f, "belongs on the branch "+DeliveriesBranch))
		}
	}
	for _, held := range j.held {
		for _, one := range held.Check() {
			if one.Rule != casefile.RuleSharedToken { // which is said below, of whom it has to be said
				j.say(one)
			}
		}
		for _, p := range held.Patterns {
			if j.bytesTouched(p) {
				j.say(j.pattern(p)...)
			}
		}
	}
	if err := j.sharedIDs(); err != nil {
		return err
	}
	j.orphans()
	j.checkOperators()
	j.tokens(func(file string) bool { return j.touched[file] })
	return nil
}

func (j *judgement) bytesTouched(p *casefile.Pattern) bool {
	return j.touched[p.Path()] || p.File != nil && j.touched[p.FilePath()]
}

func (j *judgement) blame(file, field string, rule casefile.Rule, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if field != "" {
		text = field + ": " + text
	}
	j.say(casefile.Problem{File: file, Field: field, Rule: rule, Text: text})
}
