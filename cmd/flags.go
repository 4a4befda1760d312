package cmd

import (
	"cmp"
	"fmt"
	"strings"

	"casebook/casefile"
	"casebook/repo"
)

// line is a flag that holds a text of one line.
func (c *call) line(flag string) (string, error) { return c.flagText(flag, casefile.ParseLine) }

// prose is a flag that holds a text of any length.
func (c *call) prose(flag string) (string, error) { return c.flagText(flag, casefile.ParseText) }

func (c *call) flagText(flag string, parse func(string) (string, error)) (string, error) {
	text, err := parse(strings.TrimSpace(c.String(flag)))
	if err != nil {
		return "", usage(fmt.Sprintf("%s: %v", dashed(flag), err))
	}
	return text, nil
}

// choose is a flag that holds one of a few words; the zero word where the flag is absent.
func choose[T ~string](c *call, flag string, among ...T) (T, error) {
	given := c.String(flag)
	if given == "" {
		return "", nil
	}
	names := make([]string, len(among))
	for i, w := range among {
		if string(w) == given {
			return w, nil
		}
		names[i] = string(w)
	}
	hint := dashed(flag) + " " + strings.Join(names, ", ")
	if near := casefile.Nearest(given, names); near != "" {
		return "", usage(fmt.Sprintf("%s: unknown word %q, did you mean %q?", dashed(flag), given, near), hint)
	}
	return "", usage(fmt.Sprintf("%s: unknown word %q", dashed(flag), given), hint)
}

// account is an argument that names a customer who is there.
func (c *call) account(s *repo.Snapshot, i int) (casefile.Account, error) {
	return customerNamed(s, c.arg(i))
}

// customerNamed is the account of a customer who is there.
func customerNamed(s *repo.Snapshot, name string) (casefile.Account, error) {
	account, err := casefile.ParseAccount(name)
	if err != nil {
		return "", usage(err.Error(), "casebook customer list")
	}
	if there, err := s.Has(&casefile.Customer{Account: account}); err != nil || !there {
		return "", cmp.Or(err, failed(fmt.Sprintf("there is no customer %s", account), "casebook customer list", fmt.Sprintf("casebook customer add %s --company NAME", account)))
	}
	return account, nil
}

// accounts are the one customer that argument i names, or all where it was left out.
func (c *call) accounts(s *repo.Snapshot, i int) ([]casefile.Account, error) {
	if c.arg(i) == "" {
		return s.Accounts()
	}
	account, err := c.account(s, i)
	return []casefile.Account{account}, err
}

// theCase is the case that the first argument names.
func (c *call) theCase(s *repo.Snapshot) (*casefile.Case, error) {
	ref, err := s.FindCase(c.arg(0))
	if err != nil {
		return nil, missing(err, "casebook case list")
	}
	of := &casefile.Case{Account: ref.Account, Key: ref.Key}
	return of, s.Get(of)
}

// thePattern is the entry that the first argument names, with its case.
func (c *call) thePattern(s *repo.Snapshot) (*casefile.Pattern, *casefile.Case, error) {
	ref, err := s.FindPattern(c.arg(0))
	if err != nil {
		return nil, nil, missing(err, "casebook pattern list")
	}
	p := &casefile.Pattern{Account: ref.Account, ID: ref.ID}
	if err := s.Get(p); err != nil {
		return nil, nil, err
	}
	of := &casefile.Case{Account: ref.Account, Key: p.Target.Case}
	return p, of, s.Get(of)
}
