package console

import (
	"strconv"

	"casebook/casefile"
)

// stationRow is a mitigator in a list of them all.
type stationRow struct {
	station
	waiting int // polls that are held for it
}

// stationLine is a row of that list, ready for the page.
type stationLine struct {
	*casefile.Mitigator
	URL                   string // its customer's page
	Added, Revoked, Heard moment
	Waiting               int
	State                 string
}

// mitigators are all mitigators of all customers.
func (k *Console) mitigators(r *request) (*view, error) {
	if r.isCSV() {
		k.listMitigators(r).csv(r, "mitigators")
		return nil, nil
	}
	return &view{name: "mitigators", title: "Mitigators", trail: []crumb{{"Publishing", "/publishing"}}, data: k.mitigatorSheet(r, false)}, nil
}

func (k *Console) mitigatorSheet(r *request, preview bool) sheet {
	s := sheet{ID: "mitigators", Title: "Mitigators", Noun: "mitigator", URL: "/publishing/mitigators", Preview: preview}
	return sheetOf(r, k.listMitigators(r), s, r.stationLine)
}

func (r *request) stationLine(row stationRow) stationLine {
	return stationLine{row.Mitigator, "/customers/" + string(row.Account), r.moment(row.Added), r.moment(row.Revoked), r.moment(row.heard), row.waiting, row.state()}
}

// listMitigators are the mitigators of all customers, by account and name.
func (k *Console) listMitigators(r *request) *list[stationRow] {
	l := &list[stationRow]{columns: stationColumns, by: "account", filters: stationFilters,
		words: func(r stationRow) string { return r.Ref() }}
	now := k.Attending()
	for _, b := range k.books(r) {
		l.rows = append(l.rows, b.stations(now)...)
	}
	return l
}

func (b *book) stations(now Attendance) []stationRow {
	var rows []stationRow
	for _, s := range b.fleet(now.Heard) {
		rows = append(rows, stationRow{s, now.Waiting[s.Ref()]})
	}
	return rows
}

var stationColumns = []column[stationRow]{
	{name: "account", title: "Account", text: func(r stationRow) string { return string(r.Account) }},
	{name: "name", title: "Mitigation Server", text: func(r stationRow) string { return string(r.Name) }},
	{name: "state", title: "State", text: stationRow.state},
	{name: "heard", title: "Last Contact", newest: true, text: func(r stationRow) string { return r.heard.String() },
		number: func(r stationRow) int64 { return r.heard.Time().Unix() }},
	{name: "waiting", title: "Waiting Polls", newest: true, text: func(r stationRow) string { return strconv.Itoa(r.waiting) },
		number: func(r stationRow) int64 { return int64(r.waiting) }},
	{name: "added", title: "Added", newest: true, text: func(r stationRow) string { return r.Added.String() },
		number: func(r stationRow) int64 { return r.Added.Time().Unix() }},
	{name: "revoked", title: "Revoked", extra: true, text: func(r stationRow) string { return r.Revoked.String() }},
}

// state is revoked, waiting for news, heard, or never heard.
func (r stationRow) state() string {
	switch {
	case !r.Revoked.IsZero():
		return "revoked"
	case r.waiting > 0:
		return "waiting"
	case r.heard.IsZero():
		return "never heard"
	}
	return "heard"
}

var stationFilters = []filter[stationRow]{
	{"state", "State", []choice{{"waiting", "Waiting"}, {"heard", "Heard"}, {"never heard", "Never heard"}, {"revoked", "Revoked"}},
		func(r stationRow, v string) bool { return r.state() == v }},
}
