package repo

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"casebook/casefile"
)

// Proposal is a change that is proposed: all that a commit differs in from the place where its history
// left that of a base. Only what changed, and what that refers to, is read.
type Proposal struct {
	was     *Snapshot // where the histories parted
	tip     *Snapshot // the base, which may have gone on since
	is      *Snapshot
	changed []changedFile
}

// Propose compares a commit with the place where it left the base; both are named as for Snapshot.
func (r *Repo) Propose(base, head string) (p *Proposal, err error) {
	p = &Proposal{}
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
	j := &judgement{Proposal: p, touched: map[string]bool{}, patterns: map[casefile.PatternRef]bool{}}
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
	gone := map[string]bool{}
	for _, one := range j.problems {
		gone[one.File] = gone[one.File] || one.Rule == casefile.RuleDeletedRecord
	}
	j.problems = slices.DeleteFunc(j.problems, func(one casefile.Problem) bool {
		return !j.concerns(one) || gone[one.File] && one.Rule != casefile.RuleDeletedRecord
	})
	unsigned, err := p.is.CheckSignatures(p.was.Commit())
	j.say(unsigned...)
	return j.finish(), err
}

// judgement is the search for problems of a proposal.
type judgement struct {
	*Proposal
	*validation
	touched  map[string]bool // files whose problems are the change's
	patterns map[casefile.PatternRef]bool
	highest  map[casefile.Account]casefile.PatternID // before the change
}

// read reads the changed files and what they refer to.
func (j *judgement) read() error {
	files := map[string]file{}
	take := func(fs ...file) {
		for _, f := range fs {
			files[f.path] = f
		}
	}
	accounts := map[casefile.Account]bool{}
	for _, c := range j.changed {
		j.touched[c.path] = true
		if !c.deleted() {
			take(file{c.path, c.is})
		}
		if a, ok := customerOf(c.path); ok {
			accounts[a] = true
		}
		if isPatternBytes(c.path) {
			j.touched[path.Join(path.Dir(c.path), casefile.PatternFile)] = true
		}
	}
	for a := range accounts {
		for _, dir := range []string{(&casefile.Customer{Account: a}).Path(), casefile.MitigatorsDir(a), casefile.PatternsDir(a)} {
			there, err := j.is.files(dir)
			if err != nil {
				return err
			}
			take(there...)
		}
	}
	j.validation = newValidation(j.is.contents(slices.SortedFunc(maps.Values(files), func(a, b file) int { return strings.Compare(a.path, b.path) })))
	j.validation.sort()
	return errors.Join(j.everyAccount(), j.readTargets(), j.numbers(accounts))
}

// customerOf is the customer to whom a path belongs.
func customerOf(file string) (casefile.Account, bool) {
	part := strings.Split(file, "/")
	if len(part) < 3 || part[0] != casefile.CustomersDir {
		return "", false
	}
	a, err := casefile.ParseAccount(part[1])
	return a, err == nil
}

// everyAccount lets operators refer to customers that the change does not touch.
func (j *judgement) everyAccount() error {
	accounts, err := j.is.Accounts()
	for _, a := range accounts {
		j.holdings(a)
	}
	return err
}

// readTargets reads the cases of the entries that changed.
func (j *judgement) readTargets() error {
	for a, held := range j.held {
		for _, p := range held.Patterns {
			c := &casefile.Case{Account: a, Key: p.Target.Case}
			if held.Cases[c.Key] != nil || j.broken[c.Path()] || !j.touched[p.Path()] {
				continue
			}
			at, err := j.is.find(c.Path())
			switch {
			case errors.Is(err, ErrNotFound):
				continue
			case err != nil:
				return err
			}
			j.touched[c.Path()] = true
			j.files = append(j.files, file{c.Path(), at})
			j.byPath[c.Path()] = file{c.Path(), at}
			if ps := j.is.fill(c, at); len(ps) == 0 {
				held.Add(c)
			} else {
				held.Broken(c)
			}
		}
	}
	return nil
}

// numbers finds how far each customer's entries counted before.
func (j *judgement) numbers(accounts map[casefile.Account]bool) error {
	j.highest = map[casefile.Account]casefile.PatternID{}
	for a := range accounts {
		entries, err := j.was.list(casefile.PatternsDir(a))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if id, err := casefile.ParsePatternID(e.Name); err == nil {
				j.highest[a] = max(j.highest[a], id)
			}
		}
	}
	return nil
}

// concerns reports whether a problem is the change's: others were there before.
func (j *judgement) concerns(one casefile.Problem) bool {
	if one.Rule != casefile.RulePatternGap {
		return j.touched[one.File]
	}
	rec, err := casefile.Locate(one.File)
	gap, ok := rec.(*casefile.Pattern)
	if err != nil || !ok || gap.ID <= j.highest[gap.Account] {
		return false
	}
	taken, err := j.tip.has(one.File) // by somebody whose entry is not in this commit yet
	return err == nil && !taken
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
		j.say(held.Check()...)
		for _, p := range held.Patterns {
			if j.bytesTouched(p) {
				j.say(j.pattern(p)...)
			}
		}
	}
	j.orphans()
	j.checkOperators()
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
