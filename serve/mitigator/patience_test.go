package mitigator

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestHowLongTheNextPassIsWaitedFor(t *testing.T) {
	const every = 10 * time.Minute
	told := fmt.Errorf("receipt for pattern 3: %w", &Refused{Status: 429, RetryAfter: 100 * time.Second})
	held, changed := polled{waited: true, held: true, took: 55 * time.Second}, polled{waited: true, changed: true}
	type pass struct {
		polled
		err      error
		min, max time.Duration
	}
	for name, passes := range map[string][]pass{
		"a server that holds polls":              {{changed, nil, 0, 0}, {held, nil, 0, 0}, {held, nil, 0, 0}},
		"a change of a list that was waited for": {{held, nil, 0, 0}, {polled{true, true, true, 20 * time.Second}, nil, 0, 0}, {held, nil, 0, 0}},
		"two changes at once":                    {{held, nil, 0, 0}, {changed, nil, 0, 0}, {changed, nil, 1, time.Second}, {held, nil, 0, 0}, {changed, nil, 0, 0}},
		"a server that stops, and holds nothing": {{held, nil, 0, 0}, {polled{waited: true}, nil, 0, 0}, {polled{waited: true}, nil, 1, time.Second}},
		"a server that does not hold polls":      {{changed, nil, 0, 0}, {polled{waited: true}, nil, 9 * time.Minute, 11 * time.Minute}},
		"one that was not asked to":              {{polled{changed: true}, nil, 9 * time.Minute, 11 * time.Minute}},
		"a server that lies about holding": {
			{polled{true, true, false, 0}, nil, 0, 0}, {polled{true, true, false, 0}, nil, 1, time.Second}, {polled{true, true, false, 0}, nil, 1, 2 * time.Second},
		},
		"trouble":                    {{polled{}, errors.New("x"), 1, time.Second}, {polled{}, errors.New("x"), 1, 2 * time.Second}},
		"trouble with Retry-After":   {{polled{}, told, 100 * time.Second, 110 * time.Second}},
		"trouble among other things": {{polled{}, errors.Join(errors.New("x"), told), 100 * time.Second, 110 * time.Second}},
	} {
		p := patience{every: every}
		for i, c := range passes {
			if got := p.after(c.polled, c.err); got < c.min || got > c.max {
				t.Errorf("%s: pass %d: %v, want %v to %v", name, i+1, got, c.min, c.max)
			}
		}
	}
}

func TestRetryAfterInBothForms(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, after, date string
		want              time.Duration
	}{
		{"absent", "", "", 0},
		{"seconds", "120", "", 2 * time.Minute},
		{"nought", "0", "", 0},
		{"a date", "Mon, 23 Nov 2026 10:01:00 GMT", "", time.Minute},
		{"a date by the server's clock", "Mon, 23 Nov 2026 12:01:00 GMT", "Mon, 23 Nov 2026 12:00:00 GMT", time.Minute},
		{"a date that is past", "Mon, 23 Nov 2026 09:00:00 GMT", "", 0},
		{"far too long", "1000000000", "", obeyed},
		{"a date far away", "Tue, 23 Nov 2027 10:00:00 GMT", "", obeyed},
		{"a number too large", "99999999999999999999", "", 0},
		{"below nought", "-5", "", 0},
		{"nonsense", "soon", "", 0},
	} {
		h := http.Header{"Retry-After": {c.after}, "Date": {c.date}}
		if got := readRetryAfter(h, now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPreferenceApplied(t *testing.T) {
	for field, want := range map[string]bool{
		"": false, "wait=55": true, "Wait=5": true, "respond-async, wait = 10": true, "wait": true, "waiting=3": false, "respond-async": false,
	} {
		if got := applied(http.Header{"Preference-Applied": {field}}); got != want {
			t.Errorf("%q: %v", field, got)
		}
	}
}
