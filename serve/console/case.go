package console

import (
	"cmp"
	"fmt"
	"net/url"

	"casebook/casefile"
	"casebook/repo"
)

// casePage is one case.
type casePage struct {
	*casefile.Case
	Company           string
	Name              string // the Case ID or, until there is one, the key
	Received, Updated moment
	Closing           *closing
	Next              casefile.Step
	Commands          []command
	Entries           []entryCard
	Timeline          []eventLine
	Older             bool   // the timeline is longer
	OfEndpoint        string // where all cases of the endpoint are
	Commit            string
}

type closing struct {
	*casefile.Closing
	At moment
	By string
}

// entryCard is an entry on the page of its case.
type entryCard struct {
	patternLine
	Withdrawn *casefile.Withdrawal
	Progress  progress
	Told      []string // what each mitigator did, oldest first
}

// caseShown is the page of a case.
func (k *Console) caseShown(r *request) (*view, error) {
	b, c, err := k.caseAsked(r)
	if err != nil {
		return nil, err
	}
	entries := b.Entries(c.Key)
	p := casePage{
		Case: c, Company: b.Customer.Company, Name: cmp.Or(c.CaseID, string(c.Key)), Received: r.moment(c.Received), Updated: r.moment(c.Updated),
		Next: c.Next(entries), Commands: commandsFor(c, entries), Commit: r.Commit, OfEndpoint: b.cases().ask(url.Values{"endpoint": {c.Endpoint}}).link(b.url("/cases")),
	}
	if c.Closing != nil {
		p.Closing = &closing{c.Closing, r.moment(c.Closing.At), nameOf(c.Closing.By)}
	}
	for _, e := range entries {
		p.Entries = append(p.Entries, b.card(r, e))
	}
	about := repo.Subject{Account: b.Account, Case: c.Key}
	if p.Timeline, p.Older, err = k.lately(r, about, c.Received); err != nil {
		return nil, err
	}
	return &view{name: "case", title: p.Name + " · " + string(b.Account), trail: []crumb{home, b.crumb(), {"Case List", b.url("/cases")}}, data: p}, nil
}

// caseAsked is the case that the URL names.
func (k *Console) caseAsked(r *request) (*book, *casefile.Case, error) {
	b, err := k.bookAsked(r)
	if err != nil {
		return nil, nil, err
	}
	key, err := casefile.ParseKey(r.Param("key"))
	if err != nil {
		return nil, nil, errNoPage
	}
	c := b.Cases.Get(key)
	if c == nil {
		return nil, nil, fmt.Errorf("case %s/%s: %w", b.Account, key, repo.ErrNotFound)
	}
	return b, c, nil
}

func (b *book) card(r *request, p *casefile.Pattern) entryCard {
	row := patternRow{p, b.Cases.Get(p.Target.Case), p.Status(b.reports.of(p.ID))}
	card := entryCard{patternLine: b.patternLine(r, row), Withdrawn: p.Withdrawn, Progress: b.progress(p)}
	for _, d := range b.reports.of(p.ID) {
		for _, receipt := range d.Receipts {
			card.Told = append(card.Told, p.Tell(d.Mitigator, receipt))
		}
	}
	return card
}
