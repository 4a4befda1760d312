package serve

import (
	"slices"
	"time"

	"casebook/repo"
)

// rewound says that a branch was moved by force: the commit it was at is no longer on its
// line of first parents.
type rewound struct {
	from, to string
	at       time.Time
}

// follow notes which commit the branch is at now, and whether it came there by force.
func (p *publisher) follow(s *repo.Snapshot, f *finding) error {
	if p.tip == s.Commit() {
		return nil
	}
	forward, err := passes(s, p.tip)
	if err != nil {
		return err
	}
	if !forward {
		f.rewound = &rewound{p.tip, s.Commit(), f.at}
	}
	p.tip = s.Commit()
	return nil
}

// passes reports whether the line of first parents goes through a commit. It nearly always
// does at once, so a little of it is read before much of it.
func passes(s *repo.Snapshot, commit string) (bool, error) {
	if commit == "" {
		return true, nil
	}
	for _, reach := range []int{2, 64, 0} {
		log, err := s.Log(reach)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(log, func(c repo.Commit) bool { return c.Hash == commit }) {
			return true, nil
		}
		if len(log) < reach {
			return false, nil
		}
	}
	return false, nil
}
