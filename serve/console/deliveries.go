package console

import (
	"slices"
	"strconv"

	"casebook/casefile"
)

// deliveryRow is an entry that mitigators are told of, and how far it came with them.
type deliveryRow struct {
	*casefile.Pattern
	Of *casefile.Case
	progress
}

// deliveryLine is a row of the list of deliveries, ready for the page.
type deliveryLine struct {
	deliveryRow
	URL, CaseURL string
	Uploaded     moment
	Few          []atStation // with whom it came how far
	More         int         // mitigators that are not among the few
}

// fewStations is how many mitigators stand in a row.
const fewStations = 6

// deliveries are all entries that mitigators are told of.
func (k *Console) deliveries(r *request) (*view, error) {
	if r.isCSV() {
		k.listDeliveries(r).csv(r, "deliveries")
		return nil, nil
	}
	return &view{name: "deliveries", title: "Deliveries in progress", trail: []crumb{{"Publishing", "/publishing"}}, data: k.deliverySheet(r, false)}, nil
}

func (k *Console) deliverySheet(r *request, preview bool) sheet {
	s := sheet{ID: "deliveries", Title: "Deliveries in progress", Noun: "entry", URL: "/publishing/deliveries", Preview: preview}
	return sheetOf(r, k.listDeliveries(r), s, func(row deliveryRow) deliveryLine {
		b := book{Holdings: r.Customers[row.Account]}
		few := row.Stations[:min(len(row.Stations), fewStations)]
		return deliveryLine{row, b.patternURL(row.ID), b.caseURL(row.Target.Case), r.moment(row.Uploaded), few, len(row.Stations) - len(few)}
	})
}

// listListed are a customer's entries that its mitigators are told of, newest first.
func (b *book) listListed() *list[deliveryRow] {
	var rows []deliveryRow
	for _, p := range slices.Backward(b.List()) {
		rows = append(rows, deliveryRow{p, b.Cases.Get(p.Target.Case), b.progress(p)})
	}
	return newDeliveries(rows)
}

// listDeliveries are all customers' entries that mitigators are told of, newest first.
func (k *Console) listDeliveries(r *request) *list[deliveryRow] {
	return k.shelf.deliveries.of(k.books(r), func(b *book) *list[deliveryRow] { return b.listed() }, newDeliveries)
}

func newDeliveries(rows []deliveryRow) *list[deliveryRow] {
	slices.SortStableFunc(rows, func(a, b deliveryRow) int { return b.Uploaded.Time().Compare(a.Uploaded.Time()) })
	return &list[deliveryRow]{columns: deliveryColumns, filters: deliveryFilters, rows: rows, by: "uploaded", desc: true,
		words: func(r deliveryRow) string {
			names := ""
			for _, s := range r.Stations {
				names += " " + string(s.Name)
			}
			return r.Ref().String() + " " + r.Version + " " + r.Of.Endpoint + " " + r.Of.CaseID + " " + string(r.Of.Key) + names
		}}
}

var deliveryColumns = []column[deliveryRow]{
	{name: "account", title: "Account", text: func(r deliveryRow) string { return string(r.Account) }},
	{name: "id", title: "Pattern ID", newest: true, text: func(r deliveryRow) string { return strconv.Itoa(int(r.ID)) },
		number: func(r deliveryRow) int64 { return int64(r.ID) }},
	{name: "type", title: "Type", text: func(r deliveryRow) string { return r.Type.Title() }},
	{name: "version", title: "Version", text: func(r deliveryRow) string { return r.Version }},
	{name: "endpoint", title: "Endpoint", text: func(r deliveryRow) string { return r.Of.Endpoint }},
	{name: "uploaded", title: "Uploaded", newest: true, text: func(r deliveryRow) string { return r.Uploaded.String() },
		number: func(r deliveryRow) int64 { return r.Uploaded.Time().Unix() }},
	{name: "progress", title: "Progress", text: func(r deliveryRow) string { return r.Words() },
		number: func(r deliveryRow) int64 { return int64(r.Counts[casefile.NotApplied]) }},
	{name: "case", title: "Case", extra: true, text: func(r deliveryRow) string { return string(r.Target.Case) }},
	reached(casefile.NotApplied, "Not yet"),
	reached(casefile.Downloaded, "Downloaded"),
	reached(casefile.Applied, "Applied"),
	reached(casefile.Failed, "Failed"),
}

// reached is a column of the mitigators with whom an entry came so far.
func reached(status casefile.PatternStatus, title string) column[deliveryRow] {
	return column[deliveryRow]{name: string(status), title: title, extra: true, text: func(r deliveryRow) string {
		names := ""
		for _, s := range r.Stations {
			if s.Status == status && names != "" {
				names += ", "
			}
			if s.Status == status {
				names += string(s.Name)
			}
		}
		return names
	}}
}

var deliveryFilters = []filter[deliveryRow]{
	{"progress", "Progress", []choice{{"open", "Not applied everywhere"}, {"failed", "Failed somewhere"}, {"applied", "Applied everywhere"}},
		func(r deliveryRow, v string) bool {
			everywhere := r.Counts[casefile.Applied] == len(r.Stations) && len(r.Stations) > 0
			switch v {
			case "open":
				return !everywhere
			case "failed":
				return r.Counts[casefile.Failed] > 0
			}
			return v == "applied" && everywhere
		}},
}
