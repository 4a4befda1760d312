package console

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"casebook/casefile"
)

// caseRow is a case as the Case List shows it.
type caseRow struct {
	*casefile.Case
	Entries []*casefile.Pattern
}

// caseLine is a row of the Case List, ready for the page.
type caseLine struct {
	*casefile.Case
	URL               string
	Received, Updated moment
	Entries           []link
}

// link is a number or name and where it leads.
type link struct{ Text, URL string }

// cases is a customer's whole Case List.
func (k *Console) cases(r *request) (*view, error) {
	b, err := k.bookAsked(r)
	if err != nil {
		return nil, err
	}
	if r.isCSV() {
		b.cases().csv(r, string(b.Account)+"-cases")
		return nil, nil
	}
	return &view{name: "cases", title: "Case List · " + string(b.Account), trail: []crumb{home, b.crumb()}, data: b.caseSheet(r, false)}, nil
}

func (b *book) caseSheet(r *request, preview bool) sheet {
	s := sheet{ID: "cases", Title: "Case List", Noun: "case", URL: b.url("/cases"), Preview: preview, Account: b.Account}
	return sheetOf(r, b.cases(), s, func(row caseRow) caseLine {
		return caseLine{row.Case, b.caseURL(row.Key), r.moment(row.Received), r.moment(row.Updated), b.entryLinks(row.Entries)}
	})
}

func (b *book) caseURL(k casefile.Key) string { return b.url("/cases/" + string(k)) }

func (b *book) patternURL(id casefile.PatternID) string {
	return b.url("/patterns/" + strconv.Itoa(int(id)))
}

func (b *book) entryLinks(of []*casefile.Pattern) []link {
	links := make([]link, len(of))
	for i, p := range of {
		links[i] = link{strconv.Itoa(int(p.ID)), b.patternURL(p.ID)}
	}
	return links
}

// listCases are a customer's cases, newest first.
func (b *book) listCases() *list[caseRow] {
	unsorted := make([]caseRow, 0, b.Cases.Len())
	for key, c := range b.Cases.All() {
		unsorted = append(unsorted, caseRow{c, b.Entries(key)})
	}
	order := sortByNumber(len(unsorted),
		func(i int) int64 { return unsorted[i].Received.Time().Unix() },
		func(i, j int) int { return strings.Compare(string(unsorted[i].Key), string(unsorted[j].Key)) })
	rows := make([]caseRow, len(order))
	for i, at := range order {
		rows[len(rows)-1-i] = unsorted[at]
	}
	return &list[caseRow]{
		columns: caseColumns, filters: caseFilters(slices.Sorted(maps.Keys(b.Mitigators))),
		rows: rows, by: "received", desc: true,
		words: func(r caseRow) string { // finder.go knows what comes first
			return string(r.Key) + "\n" + r.CaseID + "\n" + r.Endpoint + "\n" + string(r.MitigationServer) + "\n" + r.ForensicData.File
		},
	}
}

// caseColumns are the vendor's, and before them what names a case for good.
var caseColumns = []column[caseRow]{
	{name: "account", title: "Account", extra: true, text: func(r caseRow) string { return string(r.Account) }},
	{name: "key", title: "Key", extra: true, text: func(r caseRow) string { return string(r.Key) }},
	{name: "case_id", title: "Case ID", text: func(r caseRow) string { return r.CaseID }},
	{name: "status", title: "Status", text: func(r caseRow) string { return r.Status.Title() },
		number: func(r caseRow) int64 { return int64(slices.Index(casefile.Statuses, r.Status)) }},
	{name: "received", title: "Received", newest: true, text: func(r caseRow) string { return r.Received.String() },
		number: func(r caseRow) int64 { return r.Received.Time().Unix() }},
	{name: "updated", title: "Updated", newest: true, text: func(r caseRow) string { return casefile.OrNA(r.Updated.String()) },
		number: func(r caseRow) int64 { return r.Updated.Time().Unix() }},
	{name: "mitigator", title: "Mitigation Server", text: func(r caseRow) string { return string(r.MitigationServer) }},
	{name: "pattern", title: "Pattern ID", newest: true, text: func(r caseRow) string { return casefile.OrNA(r.numbers()) },
		number: func(r caseRow) int64 { return int64(r.lastEntry()) }},
	{name: "endpoint", title: "Endpoint", text: func(r caseRow) string { return r.Endpoint }},
	{name: "download", title: "Download", text: func(r caseRow) string { return r.ForensicData.File }},
	{name: "size", title: "Size", extra: true, text: func(r caseRow) string { return strconv.FormatInt(r.ForensicData.Size, 10) }},
	{name: "sha256", title: "SHA-256", extra: true, text: func(r caseRow) string { return string(r.ForensicData.SHA256) }},
}

// numbers are the IDs of the case's entries.
func (r caseRow) numbers() string {
	ids := make([]string, len(r.Entries))
	for i, p := range r.Entries {
		ids[i] = strconv.Itoa(int(p.ID))
	}
	return strings.Join(ids, ", ")
}

func (r caseRow) lastEntry() casefile.PatternID {
	if len(r.Entries) == 0 {
		return 0
	}
	return r.Entries[len(r.Entries)-1].ID
}

// anyOpen stands beside the statuses in the filter: every one but closed.
const anyOpen = "open"

func caseFilters(servers []casefile.Name) []filter[caseRow] {
	statuses := append([]choice{{anyOpen, "Any but closed"}}, titled(casefile.Statuses)...)
	var mitigators []choice
	for _, n := range servers {
		mitigators = append(mitigators, choice{string(n), string(n)})
	}
	return []filter[caseRow]{
		{"status", "Status", statuses, func(r caseRow, v string) bool { return string(r.Status) == v || v == anyOpen && r.Open() }},
		{"endpoint", "Endpoint", nil, func(r caseRow, v string) bool { return strings.EqualFold(r.Endpoint, v) }},
		{"mitigator", "Mitigation Server", mitigators, func(r caseRow, v string) bool { return string(r.MitigationServer) == v }},
	}
}
