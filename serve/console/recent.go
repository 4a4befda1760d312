package console

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// To find the commits that touched a record, git's history is walked: that takes as long as
// git log does. Until something changes, the answer is kept for the next who asks.
type recents struct {
	mu    sync.Mutex
	as    string // of which commit, and which reports
	pages map[asOf]told
}

// asOf is which part of which history is told.
type asOf struct {
	commit  string
	about   repo.Subject
	since   time.Time
	skip, n int
}

// told is a part of a history, newest first.
type told struct {
	events []repo.Event
	cut    int  // events that are too many for a page
	more   bool // there are older ones
	birth  bool // of the record is among them
}

const (
	mostPages  = 200 // that are kept
	mostEvents = 500 // on a page: a commit may have brought a hundred thousand cases
)

// recent is what n commits did, after leaving out as many as skip says; at is the commit with
// which history ends, or "" for the one that is published.
func (k *Console) recent(r *request, at string, about repo.Subject, since time.Time, skip, n int) (told, error) {
	as, part, m := r.Commit+k.observed().commit, asOf{cmp.Or(at, r.Commit), about, since, skip, n}, &k.recents
	m.mu.Lock()
	known, ok := m.pages[part]
	ok = ok && m.as == as
	m.mu.Unlock()
	if ok {
		return known, nil
	}
	s, err := k.Repo.Snapshot(part.commit)
	if err != nil {
		return told{}, err
	}
	defer s.Close()
	var t told
	t.events, t.more, err = s.Recent(r.Request().Context(), about, since, skip, n)
	if err != nil {
		return told{}, err
	}
	if t.cut = max(0, len(t.events)-mostEvents); t.cut > 0 {
		t.events = slices.Clone(t.events[:mostEvents])
	}
	for i, e := range t.events {
		t.birth = t.birth || slices.ContainsFunc(e.Records, func(c repo.RecordChange) bool { return c.Created && c.Path == about.Path() })
		t.events[i].Records = nil // which no page tells of, and they are large
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.as != as || len(m.pages) >= mostPages {
		m.as, m.pages = as, map[asOf]told{}
	}
	m.pages[part] = t
	return t, nil
}

// lately is the end of a record's history as a timeline, oldest first, and whether it is longer. It is looked
// for only back to when the record says it was born, if it was: few records are as old as the casebook.
func (k *Console) lately(r *request, about repo.Subject, born casefile.Time) ([]eventLine, bool, error) {
	t, err := k.recent(r, "", about, born.Time().Add(-leeway), 0, longest)
	if err == nil && !t.birth && !t.more && t.cut == 0 {
		t, err = k.recent(r, "", about, time.Time{}, 0, longest)
	}
	lines := r.timeline(t.events, about)
	slices.Reverse(lines)
	return lines, t.more || t.cut > 0, err
}

const (
	longest = 100            // commits that a record's page tells of
	leeway  = 24 * time.Hour // for clocks that go wrong
)
