package repo

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"casebook/casefile"
)

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
		if _, err := casefile.Locate(c.path); err != nil && c.added() {
			j.astray[c.is.Hash] = true
		}
		if a, ok := customerOf(c.path); ok {
			accounts[a] = true
		}
		if isPatternBytes(c.path) {
			j.touched[path.Join(path.Dir(c.path), casefile.PatternFile)] = true
		}
	}
	dirs, err := j.around(accounts)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		there, err := j.is.files(dir)
		if err != nil {
			return err
		}
		take(there...)
	}
	j.validation = newValidation(j.is.contents(slices.SortedFunc(maps.Values(files), func(a, b file) int { return strings.Compare(a.path, b.path) })))
	j.validation.sort()
	return errors.Join(j.everyAccount(), j.readTargets(), j.numbers(accounts))
}

// around are the files and folders that must be read to judge what changed: a customer's mitigators, and its
// patterns only where one of them or a case changed; everybody's tokens only where one may have.
func (j *judgement) around(accounts map[casefile.Account]bool) (dirs []string, err error) {
	var tokens bool
	for _, c := range j.changed {
		switch rec, _ := casefile.Locate(c.path); rec := rec.(type) {
		case *casefile.Mitigator, *casefile.Operator:
			tokens = true
		case *casefile.Case:
			dirs = append(dirs, casefile.PatternsDir(rec.Account))
		}
		if a, ok := customerOf(c.path); ok && strings.HasPrefix(c.path, casefile.PatternsDir(a)+"/") {
			dirs = append(dirs, casefile.PatternsDir(a))
		}
	}
	for a := range accounts {
		dirs = append(dirs, (&casefile.Customer{Account: a}).Path(), casefile.MitigatorsDir(a))
	}
	if tokens {
		all, err := j.is.Accounts()
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, casefile.OperatorsDir)
		for _, a := range all {
			dirs = append(dirs, casefile.MitigatorsDir(a))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
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
			if held.Cases.Get(c.Key) != nil || j.broken[c.Path()] || !j.touched[p.Path()] {
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
			j.byPath()[c.Path()] = file{c.Path(), at}
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
