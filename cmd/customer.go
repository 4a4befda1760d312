package cmd

import (
	"cmp"
	"fmt"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

func (a *app) customerCommand() *cli.Command {
	return &cli.Command{
		Name: "customer", Usage: "the organisations whose mitigators hand in cases",
		Subcommands: []*cli.Command{
			{
				Name: "add", ArgsUsage: "ACCOUNT", Usage: "add a customer",
				Description: `casebook customer add acme --company "Acme Corp." --contact "Jane Doe <jane@acme.example>"`,
				Flags: writes(
					&cli.StringFlag{Name: "company", Usage: "the company's `NAME`", Required: true},
					&cli.StringSliceFlag{Name: "contact", Usage: "a `PERSON` to talk to; may be given several times"}),
				Action: a.change(customerAdd),
			},
			{
				Name: "list", Usage: "list the customers",
				Description: "casebook customer list",
				Flags:       reads(),
				Action:      a.read(customerList),
			},
			{
				Name: "show", ArgsUsage: "ACCOUNT", Usage: "show a customer and what is open",
				Description: "casebook customer show acme",
				Flags:       reads(),
				Action:      a.read(customerShow),
			},
		},
	}
}

func customerAdd(c *call, tx *repo.Tx) (repo.Message, error) {
	account, err := casefile.ParseAccount(c.arg(0))
	if err != nil {
		return repo.Message{}, usage(err.Error())
	}
	company, err := c.line("company")
	if err != nil {
		return repo.Message{}, err
	}
	if there, err := tx.Has(&casefile.Customer{Account: account}); err != nil || there {
		return repo.Message{}, cmp.Or(err, refused(fmt.Sprintf("there is a customer %s already", account), "casebook customer show "+string(account)))
	}
	c.then = fmt.Sprintf("casebook mitigator add %s NAME", account)
	return c.message(string(account), company),
		tx.Put(&casefile.Customer{Account: account, Company: company, Contacts: c.StringSlice("contact")})
}

// customerView is a customer as the Customers screen shows one.
type customerView struct {
	*casefile.Customer
	OpenCases  int           `json:"open_cases"`
	Cases      int           `json:"cases"`
	Patterns   int           `json:"patterns"`
	Mitigators int           `json:"mitigators"`
	Received   casefile.Time `json:"last_received,omitzero"`
}

func viewCustomer(s *repo.Snapshot, account casefile.Account) (v customerView, err error) {
	v.Customer = &casefile.Customer{Account: account}
	if err := s.Get(v.Customer); err != nil {
		return v, err
	}
	cases, err := s.Cases(account)
	if err != nil {
		return v, err
	}
	patterns, err := s.Patterns(account)
	if err != nil {
		return v, err
	}
	mitigators, err := s.Mitigators(account)
	v.Cases, v.Patterns, v.Mitigators = len(cases), len(patterns), len(mitigators)
	for _, k := range cases {
		if k.Open() {
			v.OpenCases++
		}
		if v.Received.Before(k.Received) {
			v.Received = k.Received
		}
	}
	return v, err
}

func customerList(c *call, s *repo.Snapshot) error {
	accounts, err := s.Accounts()
	if err != nil {
		return err
	}
	views := []customerView{}
	t := table{titles: []string{"ACCOUNT", "COMPANY NAME", "INCIDENTS", "OPEN", "LAST RECEIVED"}, empty: "no customers yet: casebook customer add ACCOUNT --company NAME"}
	for _, account := range accounts {
		v, err := viewCustomer(s, account)
		if err != nil {
			return err
		}
		views = append(views, v)
		t.rows = append(t.rows, []string{string(account), v.Company, fmt.Sprint(v.Cases), fmt.Sprint(v.OpenCases), casefile.OrNA(v.Received.String())})
	}
	return c.print(views, t)
}

func customerShow(c *call, s *repo.Snapshot) error {
	account, err := c.account(s, 0)
	if err != nil {
		return err
	}
	v, err := viewCustomer(s, account)
	if err != nil {
		return err
	}
	rows := [][]string{
		{"Account", string(account)}, {"Company Name", v.Company},
		{"Incidents", fmt.Sprint(v.Cases)}, {"Open", fmt.Sprint(v.OpenCases)},
		{"Last Received", casefile.OrNA(v.Received.String())},
		{"Patterns", fmt.Sprint(v.Patterns)}, {"Mitigators", fmt.Sprint(v.Mitigators)},
	}
	for _, person := range v.Contacts {
		rows = append(rows, []string{"Contact", person})
	}
	return c.print(v, table{rows: rows})
}
