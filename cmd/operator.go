package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

func (a *app) operatorCommand() *cli.Command {
	return &cli.Command{
		Name: "operator", Usage: "the people who may fetch forensic data from the server",
		Subcommands: []*cli.Command{
			{
				Name: "add", ArgsUsage: "NAME", Usage: "add an operator and print the token, once",
				Description: "casebook operator add jane --customer acme >jane.token",
				Flags:       writes(&cli.StringSliceFlag{Name: "customer", Usage: "only the forensic data of this `ACCOUNT`; may be given several times"}),
				Action:      a.withToken(operatorAdd),
			},
			{
				Name: "rotate", ArgsUsage: "NAME", Usage: "give a new token, and print that once; the old one ends",
				Description: "casebook operator rotate jane >jane.token",
				Flags:       writes(), Action: a.withToken(operatorRotate),
			},
			{
				Name: "revoke", ArgsUsage: "NAME", Usage: "end the token",
				Description: "casebook operator revoke jane",
				Flags:       writes(), Action: a.change(operatorRevoke),
			},
			{
				Name: "list", Usage: "list the operators",
				Description: "casebook operator list",
				Flags:       reads(), Action: a.read(operatorList),
			},
		},
	}
}

// operator is the record that the argument names; found says whether it is there.
func (c *call) operator(s *repo.Snapshot) (o *casefile.Operator, found bool, err error) {
	name, err := casefile.ParseName(c.arg(0))
	if err != nil {
		return nil, false, usage(err.Error())
	}
	o = &casefile.Operator{Name: name}
	if found, err = s.Has(o); err != nil || !found {
		return o, false, err
	}
	return o, true, s.Get(o)
}

// knownOperator is the operator that the argument names, who has to be there.
func (c *call) knownOperator(s *repo.Snapshot) (*casefile.Operator, error) {
	o, found, err := c.operator(s)
	if err == nil && !found {
		err = failed(fmt.Sprintf("there is no operator %s", o.Name), "casebook operator list")
	}
	return o, err
}

func operatorAdd(c *call, tx *repo.Tx, token casefile.Digest) (repo.Message, error) {
	o, found, err := c.operator(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	if found {
		return repo.Message{}, refused(fmt.Sprintf("operator %s is there already", o.Name), fmt.Sprintf("casebook operator rotate %s", o.Name))
	}
	if o.Customers, err = c.customers(tx.Snapshot); err != nil {
		return repo.Message{}, err
	}
	o.TokenSHA256, o.Added = token, tx.Now()
	return c.message(string(o.Name), ""), tx.Put(o)
}

// customers are those that --customer names, in order.
func (c *call) customers(s *repo.Snapshot) ([]casefile.Account, error) {
	var accounts []casefile.Account
	for _, name := range c.StringSlice("customer") {
		account, err := customerNamed(s, name)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, account)
	}
	slices.Sort(accounts)
	return slices.Compact(accounts), nil
}

func operatorRotate(c *call, tx *repo.Tx, token casefile.Digest) (repo.Message, error) {
	o, err := c.knownOperator(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	o.TokenSHA256, o.Revoked = token, casefile.Time{}
	return c.message(string(o.Name), ""), tx.Put(o)
}

func operatorRevoke(c *call, tx *repo.Tx) (repo.Message, error) {
	o, err := c.knownOperator(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	if !o.Revoked.IsZero() {
		return repo.Message{}, refused(fmt.Sprintf("the token of %s was revoked at %s", o.Name, o.Revoked))
	}
	o.Revoked = tx.Now()
	return c.message(string(o.Name), ""), tx.Put(o)
}

func operatorList(c *call, s *repo.Snapshot) error {
	all, err := s.Operators()
	if err != nil {
		return err
	}
	t := table{titles: []string{"OPERATOR", "CUSTOMERS", "ADDED", "TOKEN"}, empty: "no operators yet: casebook operator add NAME"}
	for _, o := range all {
		token, customers := "valid", "every one"
		if !o.Revoked.IsZero() {
			token = "revoked " + o.Revoked.String()
		}
		if len(o.Customers) > 0 {
			customers = strings.Trim(fmt.Sprint(o.Customers), "[]")
		}
		t.rows = append(t.rows, []string{string(o.Name), customers, o.Added.String(), token})
	}
	return c.print(all, t)
}
