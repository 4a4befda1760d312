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
		problems = append(problems, placed(s, at, unknownCustomers(o, accounts)...)...)
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

func unknownCustomers(o *casefile.Operator, accounts []casefile.Account) (problems casefile.Problems) {
	for i, account := range o.Customers {
		if !slices.Contains(accounts, account) {
			field := fmt.Sprintf("customers[%d]", i)
			problems = append(problems, casefile.Problem{File: o.Path(), Field: field, Rule: casefile.RuleUnknownRecord,
				Text: fmt.Sprintf("%s: there is no customer %s", field, account)})
		}
	}
	return problems
}

// placed are problems of one file with their lines and columns.
func placed(s *repo.Snapshot, file string, problems ...casefile.Problem) casefile.Problems {
	if len(problems) == 0 {
		return nil
	}
	if src, err := s.Bytes(file); err == nil {
		all := make([]*casefile.Problem, len(problems))
		for i := range problems {
			all[i] = &problems[i]
		}
		casefile.PlaceAll(src, all)
	}
	return problems
}
