package console

import (
	"casebook/casefile"
)

// publishingPage is what is served and what is not, and how far it came.
type publishingPage struct {
	Standing
	Served, Refused *commitLine
	Problems        casefile.Problems
	Count           string // of the problems, in words
	More            int    // problems that are not told here
	RewoundAt       moment
	Looked          moment
	Unread          string            // why the newest reports cannot be read
	Unreadable      casefile.Problems // reports that cannot be read
	Held            int               // polls
	Mitigators      sheet
	Deliveries      sheet
	Published       bool
}

// shownProblems is how many problems of a refused commit a page tells.
const shownProblems = 200

// publishing says what is served. It has something to say before anything is.
func (k *Console) publishing(r *request) (*view, error) {
	p := publishingPage{Standing: k.Standing(), Published: r.Published != nil}
	if !p.LookedAt.IsZero() {
		p.Looked = r.moment(casefile.At(p.LookedAt))
	}
	for _, n := range p.Waiting {
		p.Held += n
	}
	if refused := p.Standing.Refused; refused != nil {
		p.Refused = k.commitShown(r, refused.Commit)
		p.Problems = refused.Problems[:min(len(refused.Problems), shownProblems)]
		p.Count, p.More = plural(len(refused.Problems), "problem"), len(refused.Problems)-len(p.Problems)
	}
	if p.Rewound != nil {
		p.RewoundAt = r.moment(casefile.At(p.Rewound.At))
	}
	if p.Published {
		p.Served = k.commitShown(r, r.Commit)
		p.Mitigators, p.Deliveries = k.mitigatorSheet(r, true), k.deliverySheet(r, true)
		p.Unreadable, p.Unread = k.observed().wrong(), k.observer.said()
	}
	return &view{name: "publishing", title: "Publishing", data: p}, nil
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
