package console

import (
	"casebook/casefile"
)

// customerPage is a customer's screen: the Case List and the Pattern List, one below the other
// as in the portal.
type customerPage struct {
	*casefile.Customer
	Open, Listed    int
	Total           string // cases in all
	Received        moment
	Cases, Patterns sheet
	Fleet           []stationLine
	Nonconforming   int
}

// customer is one customer.
func (k *Console) customer(r *request) (*view, error) {
	b, err := k.bookAsked(r)
	if err != nil {
		return nil, err
	}
	sums := b.sums()
	p := customerPage{Customer: b.Customer, Open: sums.open, Listed: sums.onList, Total: plural(b.Cases.Len(), "case"), Received: r.moment(sums.received),
		Cases: b.caseSheet(r, true), Patterns: b.patternSheet(r, true), Nonconforming: len(b.nonconforming().rows)}
	for _, row := range b.stations(k.Attending()) {
		p.Fleet = append(p.Fleet, r.stationLine(row))
	}
	return &view{name: "customer", title: string(b.Account), trail: []crumb{home}, data: p}, nil
}

var home = crumb{"Customers", "/"}

// crumb is the way to the customer's page.
func (b *book) crumb() crumb { return crumb{b.Customer.Company, b.url("")} }

// url is where something of the customer is.
func (b *book) url(below string) string { return "/customers/" + string(b.Account) + below }

// bookAsked is the book of the customer that the URL names.
func (k *Console) bookAsked(r *request) (*book, error) {
	a, err := casefile.ParseAccount(r.Param("account"))
	if err != nil {
		return nil, errNoPage
	}
	return k.book(r, a)
}
