package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"casebook/casefile"
)

// endpointRow is an endpoint that has a case which is not closed.
type endpointRow struct {
	Account  casefile.Account
	Endpoint string // as its last case spells it
	Open     int
	Last     *casefile.Case // of those that are open
	Sample   casefile.Time  // when the last forensic data came
	Deployed casefile.Time  // when a mitigator downloaded a pattern for it, the vendor's meaning of the word
	Result   string         // of the last cleanup
	ResultAt casefile.Time
}

// endpointLine is a row of the list of nonconforming endpoints, ready for the page.
type endpointLine struct {
	*endpointRow
	URL, CaseURL               string // its cases that are open; the last of them
	Sample, Deployed, ResultAt moment
}

// nonconforming are the endpoints with open cases, of all customers or of one.
func (k *Console) nonconforming(r *request) (*view, error) {
	v := &view{name: "nonconforming", title: "Nonconforming Endpoints"}
	s := sheet{ID: "endpoints", Title: "Nonconforming Endpoints", Noun: "endpoint", URL: "/nonconforming"}
	if r.Param("account") == "" {
		l := k.shelf.endpoints.of(k.books(r), func(b *book) *list[*endpointRow] { return b.nonconforming() }, newEndpoints)
		return v.fill(r, l, s, "nonconforming")
	}
	b, err := k.bookAsked(r)
	if err != nil {
		return nil, err
	}
	s.Account, s.URL = b.Account, b.url("/nonconforming")
	v.title, v.trail = v.title+" · "+string(b.Account), []crumb{home, b.crumb()}
	return v.fill(r, b.nonconforming(), s, string(b.Account)+"-nonconforming")
}

func (v *view) fill(r *request, l *list[*endpointRow], s sheet, name string) (*view, error) {
	if r.isCSV() {
		l.csv(r, name)
		return nil, nil
	}
	v.data = sheetOf(r, l, s, func(row *endpointRow) endpointLine {
		b := book{Holdings: r.Customers[row.Account]}
		open := b.url("/cases") + "?" + url.Values{"endpoint": {row.Endpoint}, "status": {anyOpen}}.Encode()
		return endpointLine{row, open, b.caseURL(row.Last.Key), r.moment(row.Sample), r.moment(row.Deployed), r.moment(row.ResultAt)}
	})
	return v, nil
}

// listEndpoints are the nonconforming endpoints, those with the last forensic data first.
// What is said of one is of all its cases, the closed ones too. Endpoints are machines' names:
// capitals make no difference.
func (b *book) listEndpoints() *list[*endpointRow] {
	cases := b.cases().rows
	rows, of := []*endpointRow{}, map[string]*endpointRow{}
	for _, c := range cases {
		name := strings.ToLower(c.Endpoint)
		if !c.Open() {
			continue
		}
		if of[name] == nil {
			of[name] = &endpointRow{Account: b.Account, Endpoint: c.Endpoint, Last: c.Case}
			rows = append(rows, of[name])
		}
		of[name].Open++
	}
	for _, c := range slices.Backward(cases) {
		if row := of[strings.ToLower(c.Endpoint)]; row != nil {
			row.Sample = c.Received
			for _, p := range c.Entries {
				for _, d := range b.reports.of(p.ID) {
					row.observe(c.Case, p, d)
				}
			}
		}
	}
	return newEndpoints(rows)
}

func newEndpoints(rows []*endpointRow) *list[*endpointRow] {
	slices.SortFunc(rows, compareSamples)
	return &list[*endpointRow]{
		columns: endpointColumns, rows: rows, by: "sample", desc: true,
		words: func(r *endpointRow) string { return string(r.Account) + " " + r.Endpoint + " " + r.Result },
	}
}

// compareSamples puts the endpoint with the last forensic data first.
func compareSamples(a, b *endpointRow) int {
	return cmp.Or(b.Sample.Time().Compare(a.Sample.Time()), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Endpoint, b.Endpoint))
}

// observe takes in what a mitigator did with an entry made for one of the endpoint's cases.
func (row *endpointRow) observe(c *casefile.Case, p *casefile.Pattern, d *casefile.Delivery) {
	for _, r := range d.Receipts {
		switch {
		case r.Endpoint != "" && !strings.EqualFold(r.Endpoint, c.Endpoint):
		case r.Event == casefile.EventDownloaded:
			if p.Right(r) && row.Deployed.Before(r.At) {
				row.Deployed = r.At
			}
		case !r.At.Before(row.ResultAt):
			row.Result, row.ResultAt = cmp.Or(casefile.OneLine(r.Result), casefile.PatternStatus(r.Event).Title()), r.At
		}
	}
}

// endpointColumns are the vendor's but for the five days, which its product counted events on.
var endpointColumns = []column[*endpointRow]{
	{name: "account", title: "Account", text: func(r *endpointRow) string { return string(r.Account) }},
	{name: "endpoint", title: "Endpoint", text: func(r *endpointRow) string { return r.Endpoint }},
	{name: "open", title: "Open Cases", newest: true, text: func(r *endpointRow) string { return strconv.Itoa(r.Open) },
		number: func(r *endpointRow) int64 { return int64(r.Open) }},
	{name: "sample", title: "Last Threat Sample Received", newest: true, text: func(r *endpointRow) string { return r.Sample.String() },
		number: func(r *endpointRow) int64 { return r.Sample.Time().Unix() }},
	{name: "deployed", title: "Last Pattern Deployed", newest: true, text: func(r *endpointRow) string { return casefile.OrNA(r.Deployed.String()) },
		number: func(r *endpointRow) int64 { return r.Deployed.Time().Unix() }},
	{name: "result", title: "Last Result", text: func(r *endpointRow) string { return casefile.OrNA(r.Result) }},
}
