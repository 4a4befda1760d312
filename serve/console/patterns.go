package console

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"casebook/casefile"
)

// patternRow is an entry as the Pattern List shows it.
type patternRow struct {
	*casefile.Pattern
	Of     *casefile.Case
	Status casefile.PatternStatus
}

// patternLine is a row of the Pattern List, ready for the page.
type patternLine struct {
	patternRow
	URL      string
	Uploaded moment
	By       string // who uploaded it, without the address
	Target   link
	Resolved moment
}

// patterns is a customer's whole Pattern List.
func (k *Console) patterns(r *request) (*view, error) {
	b, err := k.bookAsked(r)
	if err != nil {
		return nil, err
	}
	if r.isCSV() {
		b.patterns().csv(r, string(b.Account)+"-patterns")
		return nil, nil
	}
	return &view{name: "patterns", title: "Pattern List · " + string(b.Account), trail: []crumb{home, b.crumb()}, data: b.patternSheet(r, false)}, nil
}

func (b *book) patternSheet(r *request, preview bool) sheet {
	s := sheet{ID: "patterns", Title: "Pattern List", Noun: "pattern entry", URL: b.url("/patterns"), Preview: preview, Account: b.Account}
	return sheetOf(r, b.patterns(), s, func(row patternRow) patternLine { return b.patternLine(r, row) })
}

func (b *book) patternLine(r *request, row patternRow) patternLine {
	here := b.patternURL(row.ID)
	return patternLine{row, here, r.moment(row.Uploaded), nameOf(row.UploadedBy), link{row.target(), here}, r.moment(row.resolvedAt())}
}

// nameOf is a person's name without the e-mail address.
func nameOf(person string) string {
	name, _, _ := strings.Cut(person, " <")
	return name
}

// listPatterns are a customer's entries, newest first.
func (b *book) listPatterns() *list[patternRow] {
	rows := make([]patternRow, 0, len(b.Patterns))
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(b.Patterns))) {
		p := b.Patterns[id]
		rows = append(rows, patternRow{p, b.Cases.Get(p.Target.Case), p.Status(b.reports.of(id))})
	}
	return &list[patternRow]{
		columns: patternColumns, filters: patternFilters, rows: rows, by: "id", desc: true,
		words: func(r patternRow) string {
			return strconv.Itoa(int(r.ID)) + " " + r.fileName() + " " + r.Version + " " + r.Description + " " + r.UploadedBy + " " + r.target() + " " + string(r.Target.Case)
		},
	}
}

// patternColumns are the vendor's, and Resolved from the screen behind Target Case ID.
var patternColumns = []column[patternRow]{
	{name: "account", title: "Account", extra: true, text: func(r patternRow) string { return string(r.Account) }},
	{name: "id", title: "Pattern ID", newest: true, text: func(r patternRow) string { return strconv.Itoa(int(r.ID)) },
		number: func(r patternRow) int64 { return int64(r.ID) }},
	{name: "type", title: "Type", text: func(r patternRow) string { return r.Type.Title() },
		number: func(r patternRow) int64 { return int64(slices.Index(casefile.Types, r.Type)) }},
	{name: "file", title: "File Name", text: func(r patternRow) string { return casefile.OrNA(r.fileName()) }},
	{name: "status", title: "Status", text: func(r patternRow) string { return r.Status.Title() },
		number: func(r patternRow) int64 { return int64(slices.Index(casefile.PatternStatuses, r.Status)) }},
	{name: "version", title: "Version", text: func(r patternRow) string { return casefile.OrNA(r.Version) }},
	{name: "uploaded", title: "Uploaded", newest: true, text: func(r patternRow) string { return r.Uploaded.String() },
		number: func(r patternRow) int64 { return r.Uploaded.Time().Unix() }},
	{name: "by", title: "Uploaded By", text: func(r patternRow) string { return r.UploadedBy }},
	{name: "description", title: "Description", text: func(r patternRow) string { return r.Description }},
	{name: "target", title: "Target Case ID", text: func(r patternRow) string { return r.target() }},
	{name: "resolved", title: "Resolved", newest: true, text: func(r patternRow) string { return r.resolvedAt().String() },
		number: func(r patternRow) int64 { return r.resolvedAt().Time().Unix() }},
	{name: "case", title: "Target Case", extra: true, text: func(r patternRow) string { return string(r.Target.Case) }},
	{name: "sha256", title: "SHA-256", extra: true, text: func(r patternRow) string { return string(r.digest()) }},
}

func (r patternRow) fileName() string {
	if r.File == nil {
		return ""
	}
	return r.File.Name
}

func (r patternRow) digest() casefile.Digest {
	if r.File == nil {
		return ""
	}
	return r.File.SHA256
}

// target is the Case ID the entry answers or, until the vendor has issued one, the key.
func (r patternRow) target() string {
	if r.Of == nil {
		return string(r.Target.Case)
	}
	return cmp.Or(r.Of.CaseID, string(r.Target.Case))
}

// resolvedAt is the zero Time where the entry is not resolved.
func (r patternRow) resolvedAt() casefile.Time {
	if r.Target.Resolved == nil {
		return casefile.Time{}
	}
	return r.Target.Resolved.At
}

var patternFilters = []filter[patternRow]{
	{"status", "Status", titled(casefile.PatternStatuses), func(r patternRow, v string) bool { return string(r.Status) == v }},
	{"type", "Type", titled(casefile.Types), func(r patternRow, v string) bool { return string(r.Type) == v }},
	{"resolved", "Resolved", []choice{{"yes", "Yes"}, {"no", "No"}}, func(r patternRow, v string) bool {
		return v == map[bool]string{true: "yes", false: "no"}[r.Target.Resolved != nil]
	}},
}

// titled are words with what people call them.
func titled[W interface {
	~string
	Title() string
}](words []W) []choice {
	choices := make([]choice, len(words))
	for i, w := range words {
		choices[i] = choice{string(w), w.Title()}
	}
	return choices
}
