package console

import (
	"cmp"
	"fmt"
	"strconv"

	"casebook/casefile"
	"casebook/repo"
)

// targetPage is the screen behind Target Case ID: the case that an entry answers, and whether
// the answer worked. Below it stands all that is known of the entry.
type targetPage struct {
	entryCard
	Of          *casefile.Case
	Case        link
	Received    moment
	ResolvedBy  string
	WithdrawnAt moment
	Reissues    []link // made of its bytes
	ReissueOf   link
	Listed      bool // mitigators are told of it
	Path        string
	Commands    []command
	Timeline    []eventLine
	Older       bool
	Commit      string
}

// target is the target screen.
func (k *Console) target(r *request) (*view, error) {
	b, err := k.bookAsked(r)
	if err != nil {
		return nil, err
	}
	id, err := casefile.ParsePatternID(r.Param("id"))
	if err != nil {
		return nil, errNoPage
	}
	p := b.Patterns[id]
	if p == nil {
		return nil, fmt.Errorf("pattern %s/%d: %w", b.Account, id, repo.ErrNotFound)
	}
	of := b.Cases.Get(p.Target.Case) // a good commit has it
	t := targetPage{
		entryCard: b.card(r, p), Of: of, Case: link{cmp.Or(of.CaseID, string(of.Key)), b.caseURL(of.Key)}, Received: r.moment(of.Received),
		Listed: p.Listed() && of.Open(), Path: p.Path(), Commands: commandsForEntry(of, p), Commit: r.Commit, Reissues: b.reissuesOf(p),
	}
	if p.Target.Resolved != nil {
		t.ResolvedBy = nameOf(p.Target.Resolved.By)
	}
	if p.Withdrawn != nil {
		t.WithdrawnAt = r.moment(p.Withdrawn.At)
	}
	if p.ReissueOf != 0 {
		t.ReissueOf = link{strconv.Itoa(int(p.ReissueOf)), b.patternURL(p.ReissueOf)}
	}
	if t.Timeline, t.Older, err = k.lately(r, repo.Subject{Account: b.Account, Pattern: id}, p.Uploaded); err != nil {
		return nil, err
	}
	return &view{name: "target", title: "Pattern " + strconv.Itoa(int(id)) + " · " + string(b.Account),
		trail: []crumb{home, b.crumb(), {"Pattern List", b.url("/patterns")}}, data: t}, nil
}

// reissuesOf are the entries that have an entry's bytes again; they are of the same case.
func (b *book) reissuesOf(p *casefile.Pattern) (links []link) {
	for _, other := range b.Entries(p.Target.Case) {
		if other.ReissueOf == p.ID {
			links = append(links, link{strconv.Itoa(int(other.ID)), b.patternURL(other.ID)})
		}
	}
	return links
}
