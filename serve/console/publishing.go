package console

import (
	"net/http"

	"casebook/casefile"
)

// publishingPage is what is served and what is not, and how far it came.
type publishingPage struct {
	Standing
	Attendance
	Served, Refused *commitLine
	Problems        complaints // with the refused commit
	RewoundAt       moment
	Looked          moment
	Unread          string     // why the newest reports cannot be read
	Unreadable      complaints // reports that cannot be read
	Unreported      bool       // there is no branch of reports
	Held            int        // polls
	Mitigators      sheet
	Deliveries      sheet
	Published       bool
}

// complaints are problems, as many of them as a page tells.
type complaints struct {
	Told  casefile.Problems
	Count string // of all, in words
	More  int    // that are not told
}

// toldProblems is how many that is: a wrong script may spoil every case there is.
const toldProblems = 200

func newComplaints(all casefile.Problems) complaints {
	told := all[:min(len(all), toldProblems)]
	return complaints{told, plural(len(all), "problem"), len(all) - len(told)}
}

// publishing says what is served. It has something to say before anything is.
func (k *Console) publishing(r *request) (*view, error) {
	p := publishingPage{Standing: r.standing, Attendance: k.Attending(), Published: r.Published != nil}
	if !p.LookedAt.IsZero() {
		p.Looked = r.moment(casefile.At(p.LookedAt))
	}
	for _, n := range p.Waiting {
		p.Held += n
	}
	if refused := p.Standing.Refused; refused != nil {
		p.Refused = k.commitShown(r, refused.Commit)
		p.Problems = newComplaints(refused.Problems)
	}
	if p.Rewound != nil {
		p.RewoundAt = r.moment(casefile.At(p.Rewound.At))
	}
	if p.Published {
		p.Served = k.commitShown(r, r.Commit)
		p.Mitigators, p.Deliveries = k.mitigatorSheet(r, true), k.deliverySheet(r, true)
		p.Unreadable, p.Unread = newComplaints(k.observed().wrong()), k.observer.said()
		p.Unreported = k.observed().commit == ""
	}
	return &view{name: "publishing", title: "Publishing", data: p}, nil
}

// early says why no other page has anything to show.
func (k *Console) early(r *request) *view {
	v, _ := k.publishing(r) // it never fails
	v.name, v.title, v.status = "early", "Nothing published yet", http.StatusServiceUnavailable
	return v
}

// commitShown is a commit in one line. Of one that cannot be read the hash is all there is.
func (k *Console) commitShown(r *request, hash string) *commitLine {
	s, err := k.Repo.Snapshot(hash)
	if err != nil {
		return &commitLine{Hash: hash}
	}
	defer s.Close()
	line, err := r.commitLine(s)
	if err != nil || line == nil {
		return &commitLine{Hash: hash}
	}
	return line
}
