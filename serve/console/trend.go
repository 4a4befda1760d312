package console

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// trend counts how many cases stood in which status in the past. It does so beside the pages,
// once somebody looked: the first count of a long history takes a second or more, and no page
// waits for it.
type trend struct {
	mu       sync.Mutex
	tally    repo.Tally    // of the one that counts
	counting chan struct{} // closed when the count is done; nil while there is none
	last     *course
	tried    string // the commit that could not be counted, when, and why
	at       time.Time
	trouble  error
}

// course is how the numbers of cases ran until a commit. It does not change.
type course struct {
	commit  string
	began   time.Time // when the commits begin
	cut     bool      // in a shallow clone, where nothing is known of the time before
	begin   time.Time // when what is counted begins
	asked   []time.Time
	moments []repo.Moment
}

// again is how long a count that failed is not tried once more.
const again = time.Minute

// course is what was counted last; nil before the first time. If it is not of the commit that
// is shown or not until now, it is counted anew meanwhile.
func (k *Console) course(r *request, known map[casefile.Account]repo.Count) (*course, error) {
	t := &k.trend
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.trouble != nil && t.tried == r.Commit && r.now.Sub(t.at) < again {
		return t.last, t.trouble
	}
	if t.counting == nil && !t.last.until(r.Commit, r.now) {
		t.counting = make(chan struct{})
		go k.recount(r.Published, r.now, known)
	}
	return t.last, nil
}

// wholeCourse is course, and waits until there is one.
func (k *Console) wholeCourse(r *request, known map[casefile.Account]repo.Count) (*course, error) {
	c, err := k.course(r, known)
	k.trend.mu.Lock()
	counting := k.trend.counting
	k.trend.mu.Unlock()
	if c != nil || err != nil || counting == nil {
		return c, err
	}
	select {
	case <-counting:
		return k.course(r, known)
	case <-r.Request().Context().Done():
		return nil, r.Request().Context().Err()
	}
}

// until reports whether the course is of a commit, and none of its moments is missing by now.
func (c *course) until(commit string, now time.Time) bool {
	if c == nil || c.commit != commit {
		return false
	}
	_, asked := moments(c.began, now)
	return slices.Equal(c.asked, asked)
}

func (k *Console) recount(p *Published, now time.Time, known map[casefile.Account]repo.Count) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		select {
		case <-k.Ended:
			stop()
		case <-ctx.Done():
		}
	}()
	t := &k.trend
	next, err := t.follow(ctx, k.Repo, p.Commit, now, known)
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.counting)
	t.counting, t.tried, t.at, t.trouble = nil, p.Commit, now, err
	if err == nil {
		t.last = next
	}
}

func (t *trend) follow(ctx context.Context, r *repo.Repo, commit string, now time.Time, known map[casefile.Account]repo.Count) (*course, error) {
	s, err := r.Snapshot(commit)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	c := &course{commit: commit, cut: s.Shallow()}
	if c.began, err = t.tally.Follow(ctx, s, now, known); err != nil {
		return nil, err
	}
	c.begin, c.asked = moments(c.began, now)
	c.moments, err = t.tally.Count(ctx, s, c.asked)
	return c, err
}

// How far back cases are counted day by day and week by week, and until when a history is so
// young that they are counted by the hour.
const (
	youngest  = 4 * oneDay
	dayByDay  = 90 * oneDay
	allInWeek = 3 * 52 * 7 * oneDay
)

// moments are those at which cases are counted: the last seconds of hours, days or weeks. The
// first of them lies within an hour, a day or a week after the begin.
func moments(began, now time.Time) (begin time.Time, asked []time.Time) {
	add := func(from, to time.Time, step time.Duration) {
		for t := from.Add(step - time.Second); t.Before(to); t = t.Add(step) {
			asked = append(asked, t)
		}
	}
	began, now = began.UTC(), now.UTC()
	if now.Sub(began) < youngest {
		begin = began.Truncate(time.Hour)
		add(begin, now, time.Hour)
		return begin, asked
	}
	begin = began.Truncate(oneDay)
	days := now.Add(-dayByDay).Truncate(oneDay)
	if !begin.Before(days) {
		add(begin, now, oneDay)
		return begin, asked
	}
	const week = 7 * oneDay // time.Time counts from a Monday
	days = days.Truncate(week)
	if begin = began.Truncate(week); begin.Before(days.Add(dayByDay - allInWeek)) {
		begin = days.Add(dayByDay - allInWeek).Truncate(week)
	}
	add(begin, days, week)
	add(days, now, oneDay)
	return begin, asked
}

// points are the numbers of some customers, and those of now, which are given. What was before
// they had a case is left out; begin is where the first point begins.
func (c *course) points(of []casefile.Account, now time.Time, count repo.Count) (begin time.Time, points []point) {
	begin = c.begin
	for _, m := range c.moments {
		if !m.At.Before(now) {
			break // the clock was set back
		}
		p := point{at: m.At}
		for _, a := range of {
			p.Count = sum(p.Count, m.Customers[a])
		}
		if len(points) == 0 && p.Count == (repo.Count{}) {
			begin = m.At.Add(time.Second)
			continue
		}
		points = append(points, p)
	}
	if !begin.Before(now) {
		begin = now.Add(-time.Hour)
	}
	return begin, append(points, point{now, count})
}

func sum(a, b repo.Count) repo.Count {
	for i, n := range b {
		a[i] += n
	}
	return a
}

// accounts are all customers that ever were in the course, or are there now.
func (c *course) accounts(known map[casefile.Account]repo.Count) []casefile.Account {
	all := maps.Clone(known)
	for _, m := range c.moments {
		maps.Copy(all, m.Customers)
	}
	return slices.Collect(maps.Keys(all))
}
