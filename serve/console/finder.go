package console

import (
	"net/url"
	"regexp"
	"strings"

	"casebook/casefile"
)

// The kinds of hits, in the order in which they are shown.
const (
	byKey      = "Case keys"
	byCaseID   = "Case IDs"
	byEndpoint = "Endpoints"
	byEntry    = "Pattern entries"
	bySample   = "Forensic data by digest"
	byFile     = "Pattern files by digest"
	byCustomer = "Customers"
	byCommit   = "Commits"
)

var kinds = []string{byKey, byCaseID, byEndpoint, byEntry, bySample, byFile, byCustomer, byCommit}

// digestForm is a SHA-256, or enough of its start.
var digestForm = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

func (f *finder) find() {
	for _, b := range f.books(f.request) {
		f.inCustomer(b)
		f.inCases(b)
		f.inEntries(b)
		if digestForm.MatchString(f.query) {
			f.inDigests(b)
		}
	}
	if hashForm.MatchString(f.query) {
		f.inCommits()
	}
}

func (f *finder) inCustomer(b *book) {
	how := max(fits(string(b.Account), f.query), min(fits(strings.ToLower(b.Customer.Company), f.query), start))
	f.take(byCustomer, how, func() hit { return hit{link{string(b.Account), b.url("")}, b.Customer.Company, nil} })
}

// inCases looks through what stands in all cases at once, and then at those where it is.
func (f *finder) inCases(b *book) {
	account, query, full := strings.Cut(f.query, "/")
	if !full || account != string(b.Account) {
		query = f.query
	}
	l, n := b.cases(), 0
	t := l.read()
	for i, there := range t.with(query) {
		if !there {
			continue
		}
		n++
		key, rest, _ := strings.Cut(t.row(i), "\n")
		id, rest, _ := strings.Cut(rest, "\n")
		endpoint, _, _ := strings.Cut(rest, "\n")
		f.inCase(b, l.rows[i].Case, fits(key, query), fits(id, f.query), fits(endpoint, f.query))
	}
	if n > mostHits {
		f.longer = append(f.longer, link{plural(n, "case") + " of " + string(b.Account), l.ask(url.Values{"q": {query}}).link(b.url("/cases"))})
	}
}

func (f *finder) inCase(b *book, c *casefile.Case, key, id, endpoint fit) {
	where := func() string { return string(b.Account) + ", " + c.Endpoint }
	f.take(byEndpoint, endpoint, func() hit { return hit{link{c.Endpoint, b.caseURL(c.Key)}, c.Ref().String(), c.Status} })
	f.take(byCaseID, id, func() hit { return hit{link{c.CaseID, b.caseURL(c.Key)}, where(), c.Status} })
	if key > inside || endpoint == noFit { // the endpoint stands in the key, too
		f.take(byKey, key, func() hit { return hit{link{string(c.Key), b.caseURL(c.Key)}, where(), c.Status} })
	}
}

func (f *finder) inEntries(b *book) {
	account, number, full := strings.Cut(f.query, "/")
	how := exact
	if !full {
		account, number, how = string(b.Account), f.query, start
	}
	id, err := casefile.ParsePatternID(number)
	if err != nil || account != string(b.Account) || b.Patterns[id] == nil {
		return
	}
	f.take(byEntry, how, func() hit { return f.entry(b, b.Patterns[id], b.Patterns[id].Description) })
}

func (f *finder) entry(b *book, p *casefile.Pattern, note string) hit {
	return hit{link{p.Ref().String(), b.patternURL(p.ID)}, note, p.Status(b.reports.of(p.ID))}
}

// inDigests takes the start of a digest for the whole of it: nobody types one who means
// something else.
func (f *finder) inDigests(b *book) {
	for _, c := range b.cases().rows {
		if strings.HasPrefix(string(c.ForensicData.SHA256), f.query) {
			f.take(bySample, exact, func() hit {
				return hit{link{c.Ref().String(), b.caseURL(c.Key)}, c.ForensicData.File, c.Status}
			})
		}
	}
	for _, row := range b.patterns().rows {
		if p := row.Pattern; p.File != nil && strings.HasPrefix(string(p.File.SHA256), f.query) {
			f.take(byFile, exact, func() hit { return f.entry(b, p, p.File.Name) })
		}
	}
}

func (f *finder) inCommits() {
	s, err := f.Repo.Snapshot(f.query)
	if err != nil {
		return // there is none, or it is something else
	}
	defer s.Close()
	c, err := f.commitLine(s)
	if err == nil && c != nil && strings.HasPrefix(c.Hash, f.query) {
		f.take(byCommit, exact, func() hit { return hit{link{c.Hash, "/history?at=" + c.Hash}, c.Subject, nil} })
	}
}
