package console

import (
	"cmp"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// historyPage is what was done, newest first.
type historyPage struct {
	Account      casefile.Account // "" is everybody's
	Company      string
	Of           *commitLine // where the history ends, if it is not what is published
	Since        string      // as given
	Bad          bool        // the time given is none
	Events       []eventLine
	Page         int
	Cut          int // events of these commits that are too many for a page
	Newer, Older string
	Newest       string // without the end
	CSV          string
	Shallow      bool
	Command      string
}

// commitLine is a commit in one line.
type commitLine struct {
	Hash, Subject, By string
	When              moment
}

// historyAsked is what the URL asks of a history.
type historyAsked struct {
	asked
	about   repo.Subject
	at      string // a commit; "" is what is published
	since   time.Time
	badTime bool
}

// commits is how many commits are told on a page.
const commits = 50

var hashForm = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

func (k *Console) historyAsked(r *request) (h historyAsked, b *book, err error) {
	h.asked = asked{given: url.Values{}, page: 1}
	h.page, _ = strconv.Atoi(r.QueryParam("page"))
	h.page = min(max(h.page, 1), 1<<20)
	if h.at = r.QueryParam("at"); h.at != "" {
		if !hashForm.MatchString(h.at) {
			return h, nil, errNoPage
		}
		h.given.Set("at", h.at)
	}
	if given := strings.TrimSpace(r.QueryParam("since")); given != "" {
		h.given.Set("since", given)
		since, err := casefile.ParseSince(given)
		h.since, h.badTime = since, err != nil
	}
	if r.Param("account") != "" {
		if b, err = k.bookAsked(r); err == nil {
			h.about.Account = b.Account
		}
	}
	return h, b, err
}

// history is everybody's history, or a customer's.
func (k *Console) history(r *request) (*view, error) {
	asked, b, err := k.historyAsked(r)
	if err != nil {
		return nil, err
	}
	s, err := k.Repo.Snapshot(cmp.Or(asked.at, r.Commit))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if r.isCSV() {
		return nil, r.historyCSV(s, asked)
	}
	path, v := "/history", &view{name: "history", title: "History"}
	p := historyPage{Since: asked.given.Get("since"), Bad: asked.badTime, Page: asked.page, Shallow: s.Shallow()}
	if b != nil {
		path, v.title, v.trail = b.url("/history"), "History · "+string(b.Account), []crumb{home, b.crumb()}
		p.Account, p.Company = b.Account, b.Customer.Company
	}
	p.CSV, p.Command = asked.link(path+".csv"), strings.TrimSpace("casebook history "+asked.about.String())
	t, err := k.recent(r, asked.at, asked.about, asked.since, (asked.page-1)*commits, commits)
	if err != nil {
		return nil, err
	}
	recent := notBefore(t.events, asked.since)
	p.Events, p.Cut = r.timeline(recent, asked.about), t.cut
	if t.more && len(recent) == len(t.events) {
		p.Older = asked.link(path, "page", strconv.Itoa(asked.page+1))
	}
	if asked.page > 1 {
		p.Newer = asked.link(path, "page", strconv.Itoa(asked.page-1))
	}
	p.Newest = asked.link(path, "at", "")
	if asked.at != "" {
		if p.Of, err = r.commitLine(s); err != nil {
			return nil, err
		}
	}
	v.data = p
	return v, nil
}

// notBefore leaves out what was before a time.
func notBefore(events []repo.Event, t time.Time) []repo.Event {
	var kept []repo.Event
	for _, e := range events {
		if !e.When.Time().Before(t) {
			kept = append(kept, e)
		}
	}
	return kept
}

// historyCSV answers with the whole history, oldest first as an auditor reads it.
func (r *request) historyCSV(s *repo.Snapshot, asked historyAsked) error {
	events, err := s.History(r.Request().Context(), asked.about, asked.since)
	if err != nil {
		return err
	}
	events = notBefore(events, asked.since) // of a commit, some reports may be older
	name := "history"
	if a := string(asked.about.Account); a != "" {
		name = a + "-history"
	}
	r.sendCSV(name, func(put func(...string) error) error {
		if err := put(repo.EventColumns...); err != nil {
			return err
		}
		for _, e := range events {
			if err := put(e.Cells()...); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// commitLine is the commit that a snapshot is of.
func (r *request) commitLine(s *repo.Snapshot) (*commitLine, error) {
	log, err := s.Log(1)
	if err != nil || len(log) == 0 {
		return nil, err
	}
	subject, _, _ := strings.Cut(log[0].Message, "\n")
	return &commitLine{log[0].Hash, subject, nameOf(log[0].Author), r.moment(casefile.At(log[0].Time))}, nil
}
