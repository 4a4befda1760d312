package console

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"casebook/casefile"
)

// span is how long something took, and when it was done.
type span struct {
	done casefile.Time
	took time.Duration
}

// answered is how long a case waited for its first pattern, if it has one. An entry that says
// that none is required is no pattern; one that was withdrawn later was one.
func answered(c *casefile.Case, entries []*casefile.Pattern) (span, bool) {
	var first casefile.Time
	for _, p := range entries {
		if p.Type != casefile.None && (first.IsZero() || p.Uploaded.Before(first)) {
			first = p.Uploaded
		}
	}
	return span{first, first.Time().Sub(c.Received.Time())}, !first.IsZero()
}

// resolved is how long it took until the last entry of a case was resolved, if all that were
// not withdrawn are.
func resolved(c *casefile.Case, entries []*casefile.Pattern) (span, bool) {
	var last casefile.Time
	for _, p := range entries {
		if !p.Settled() {
			return span{}, false
		}
		if p.Withdrawn == nil && last.Before(p.Target.Resolved.At) {
			last = p.Target.Resolved.At
		}
	}
	return span{last, last.Time().Sub(c.Received.Time())}, !last.IsZero()
}

// month is how long things took that were done in one month.
type month struct {
	first        time.Time // its first day
	count        int
	median, tail time.Duration // half of them took no longer, and nine of ten
}

// spans are many of them, and what they come to by month.
type spans struct {
	all    []span
	months func() []month
}

func newSpans(all []span) spans {
	return spans{all, sync.OnceValue(func() []month { return byMonth(all) })}
}

// byMonth are all months from the first in which something was done to the last.
func byMonth(all []span) []month {
	took := map[time.Time][]time.Duration{}
	for _, s := range all {
		first := firstOfMonth(s.done.Time())
		took[first] = append(took[first], max(0, s.took))
	}
	if len(took) == 0 {
		return nil
	}
	var months []month
	in := slices.SortedFunc(maps.Keys(took), time.Time.Compare)
	for t := in[0]; !t.After(in[len(in)-1]); t = t.AddDate(0, 1, 0) {
		all := took[t]
		slices.Sort(all)
		months = append(months, month{t, len(all), quantile(all, .5), quantile(all, .9)})
	}
	return months
}

func firstOfMonth(t time.Time) time.Time {
	year, of, _ := t.UTC().Date()
	return time.Date(year, of, 1, 0, 0, 0, 0, time.UTC)
}

// quantile is the shortest of the times, which are in order, that a share of them does not
// exceed: always one that was measured.
func quantile(took []time.Duration, share float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	rank := int(math.Ceil(share*float64(len(took)) - 1e-9)) // .9 of 10 is 9, and not a little more
	return took[max(rank, 1)-1]
}

// age is a class of how long cases have been open.
type age struct {
	title string
	said  string
	below time.Duration // 0: without end
}

const oneDay = 24 * time.Hour

var ages = []age{
	{"< 1 day", "younger than a day", oneDay},
	{"1–3 days", "of 1–3 days", 3 * oneDay},
	{"3–7 days", "of 3–7 days", 7 * oneDay},
	{"1–2 weeks", "of 1–2 weeks", 14 * oneDay},
	{"2–4 weeks", "of 2–4 weeks", 28 * oneDay},
	{"> 4 weeks", "older than 4 weeks", 0},
}

// byAge counts open cases by age and status.
func byAge(open []*casefile.Case, now time.Time) []bar {
	rows := make([]bar, len(ages))
	for i, a := range ages {
		rows[i].title, rows[i].said = a.title, a.said
	}
	for _, c := range open {
		old := now.Sub(c.Received.Time())
		i := slices.IndexFunc(ages, func(a age) bool { return a.below == 0 || old < a.below })
		rows[i].of[slices.Index(casefile.Statuses, c.Status)]++
	}
	return rows
}

// units are what durations are told in.
var units = []struct {
	length time.Duration
	name   string
}{{7 * oneDay, "w"}, {oneDay, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}

// lasting is a duration in its largest unit but weeks and the next one, as in: 2 d 3 h.
func lasting(d time.Duration) string {
	var words []string
	for _, u := range units[1:] {
		if n := d / u.length; n > 0 {
			words = append(words, decimal(float64(n), 0)+" "+u.name)
			d -= n * u.length
		} else if len(words) > 0 {
			break
		}
		if len(words) == 2 {
			break
		}
	}
	return cmp.Or(strings.Join(words, " "), "0 s")
}

// steps are the distances between durations at an axis.
var steps = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	oneDay, 2 * oneDay, 3 * oneDay, 7 * oneDay, 14 * oneDay, 28 * oneDay, 13 * 7 * oneDay, 26 * 7 * oneDay, 52 * 7 * oneDay,
}

// durations are round durations from 0 to one that is not below the most, four steps at most.
func durations(most time.Duration) []time.Duration {
	step := steps[0]
	for _, step = range steps {
		if 4*step >= most {
			break
		}
	}
	for 4*step < most {
		step *= 2
	}
	all := []time.Duration{0, step}
	for last := step; last < most; {
		last += step
		all = append(all, last)
	}
	return all
}

// unit is a duration that is round, in the largest unit that goes into the step.
func unit(d, step time.Duration) string {
	if d == 0 {
		return "0"
	}
	for _, u := range units {
		if step%u.length == 0 {
			return decimal(float64(d/u.length), 0) + " " + u.name
		}
	}
	return d.String()
}
