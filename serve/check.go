package serve

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"casebook/casefile"
	"casebook/repo"
)

// What no customer's own records tell is checked here: casebook.yaml, the operators, and
// that everything in the folder of customers is one.

func checkBook(s *repo.Snapshot) (casefile.Problems, error) {
	err := s.Get(&casefile.Book{})
	if errors.Is(err, repo.ErrNotFound) {
		return casefile.Problems{{File: casefile.BookFile, Rule: casefile.RuleMissingFile, Text: "missing: every casebook has one", Hint: "casebook init"}}, nil
	}
	return asProblems(err)
}

// accountsIn are the customers. One whose name is wrong must not be left out in silence.
func accountsIn(s *repo.Snapshot) ([]casefile.Account, casefile.Problems, error) {
	var accounts []casefile.Account
	var problems casefile.Problems
	entries, err := s.List(casefile.CustomersDir)
	for _, e := range entries {
		at := path.Join(casefile.CustomersDir, e.Name)
		account, err := casefile.ParseAccount(e.Name)
		switch {
		case err != nil:
			problems = append(problems, casefile.Problem{File: at, Rule: casefile.RuleStrayFile, Text: err.Error()})
		case !e.Dir:
			problems = append(problems, casefile.Problem{File: at, Rule: casefile.RuleStrayFile, Text: "a customer is a folder"})
		default:
			accounts = append(accounts, account)
		}
	}
	return accounts, problems, err
}

func checkOperators(s *repo.Snapshot, accounts []casefile.Account) ([]*casefile.Operator, casefile.Problems, error) {
	var operators []*casefile.Operator
	var problems casefile.Problems
	entries, err := s.List(casefile.OperatorsDir)
	for _, e := range entries {
		at := path.Join(casefile.OperatorsDir, e.Name)
		rec, err := casefile.Locate(at)
		if err != nil {
			problems = append(problems, casefile.Problem{File: at, Rule: casefile.RuleStrayFile, Text: err.Error()})
			continue
		}
		wrong, err := asProblems(s.Get(rec))
		if err != nil {
			return nil, nil, err
		}
		problems = append(problems, wrong...)
		o := rec.(*casefile.Operator)
		operators = append(operators, o)
		for i, account := range o.Customers {
			if !slices.Contains(accounts, account) {
				field := fmt.Sprintf("customers[%d]", i)
				problems = append(problems, placed(s, casefile.Problem{File: at, Field: field, Rule: casefile.RuleUnknownRecord,
					Text: fmt.Sprintf("%s: there is no customer %s", field, account)}))
			}
		}
	}
	return operators, problems, err
}

// asProblems tells what is wrong with a file from what kept us from reading it.
func asProblems(err error) (casefile.Problems, error) {
	var problems casefile.Problems
	if errors.As(err, &problems) {
		return problems, nil
	}
	return nil, err
}

// placed is a problem with its line and column.
func placed(s *repo.Snapshot, p casefile.Problem) casefile.Problem {
	if src, err := s.Bytes(p.File); err == nil {
		casefile.Place(src, &p)
	}
	return p
}
