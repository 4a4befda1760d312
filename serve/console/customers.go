package console

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"casebook/casefile"
)

// customerRow is a customer as the list of customers shows it.
type customerRow struct {
	*book
	sums
	active int           // mitigators that are not revoked
	heard  casefile.Time // the last contact of any of them
}

// customersPage is the first page.
type customersPage struct {
	List sheet
	Open int
}

type customerLine struct {
	Account         casefile.Account
	Company         string
	Open, Cases     int
	Active, Listed  int
	Received, Heard moment
}

// customers are all customers.
func (k *Console) customers(r *request) (*view, error) {
	l := &list[customerRow]{columns: customerColumns, by: "account", words: func(r customerRow) string { return string(r.Account) + " " + r.Customer.Company }}
	p := customersPage{}
	heard := k.Attending().Heard
	for _, b := range k.books(r) {
		row := customerRow{book: b, sums: b.sums()}
		for _, m := range b.fleet(heard) {
			if m.Revoked.IsZero() {
				row.active++
			}
			if row.heard.Before(m.heard) {
				row.heard = m.heard
			}
		}
		l.rows = append(l.rows, row)
		p.Open += row.open
	}
	if r.isCSV() {
		l.csv(r, "customers")
		return nil, nil
	}
	p.List = sheetOf(r, l, sheet{ID: "customers", Title: "Customers", Noun: "customer", URL: "/", CSV: "/customers.csv"}, func(row customerRow) customerLine {
		return customerLine{row.Account, row.Customer.Company, row.open, row.Cases.Len(), row.active, row.onList, r.moment(row.received), r.moment(row.heard)}
	})
	return &view{name: "customers", title: "Customers", data: p}, nil
}

var customerColumns = []column[customerRow]{
	{name: "account", title: "Account", text: func(r customerRow) string { return string(r.Account) }},
	{name: "company", title: "Company Name", text: func(r customerRow) string { return r.Customer.Company }},
	{name: "open", title: "Open Cases", newest: true, count: true, text: func(r customerRow) string { return strconv.Itoa(r.open) },
		number: func(r customerRow) int64 { return int64(r.open) }},
	{name: "cases", title: "Cases", newest: true, count: true, text: func(r customerRow) string { return strconv.Itoa(r.Cases.Len()) },
		number: func(r customerRow) int64 { return int64(r.Cases.Len()) }},
	{name: "received", title: "Last Received", newest: true, text: func(r customerRow) string { return casefile.OrNA(r.received.String()) },
		number: func(r customerRow) int64 { return r.received.Time().Unix() }},
	{name: "mitigators", title: "Mitigators", newest: true, count: true, text: func(r customerRow) string { return strconv.Itoa(r.active) },
		number: func(r customerRow) int64 { return int64(r.active) }},
	{name: "heard", title: "Last Contact", newest: true, text: func(r customerRow) string { return casefile.OrNA(r.heard.String()) },
		number: func(r customerRow) int64 { return r.heard.Time().Unix() }},
	{name: "listed", title: "Listed Patterns", newest: true, count: true, text: func(r customerRow) string { return strconv.Itoa(r.onList) },
		number: func(r customerRow) int64 { return int64(r.onList) }},
}

// station is a mitigator, and when it was heard last.
type station struct {
	*casefile.Mitigator
	heard casefile.Time
}

// fleet are a customer's mitigators by name.
func (b *book) fleet(heard map[string]time.Time) []station {
	var fleet []station
	for _, name := range slices.Sorted(maps.Keys(b.Mitigators)) {
		s := station{Mitigator: b.Mitigators[name]}
		if at, ok := heard[s.Ref()]; ok {
			s.heard = casefile.At(at)
		}
		fleet = append(fleet, s)
	}
	return fleet
}
