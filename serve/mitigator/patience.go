package mitigator

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	shortest = time.Second
	longest  = 5 * time.Minute  // that we wait by ourselves after misses
	obeyed   = 30 * time.Minute // that a server can make us wait
	hasty    = 5 * time.Second  // an answer to a waiting poll that comes sooner was not held
)

// patience says how long to wait before the next pass.
type patience struct {
	every  time.Duration
	misses int  // passes in a row that went wrong
	hasty  int  // good ones in a row that were answered at once
	holds  bool // the server was seen to hold polls
}

// polled is how a pass's poll went.
type polled struct {
	waited  bool // we asked for the answer to be held
	held    bool // and the server said it does that
	changed bool
	took    time.Duration
}

func (p *patience) after(r polled, err error) time.Duration {
	if err != nil {
		p.misses++
		p.hasty = 0
		if told := retryAfter(err); told > 0 {
			return told + rand.N(told/10+1) // a fleet was told the same
		}
		return backoff(p.misses)
	}
	p.misses = 0
	p.holds = p.holds || r.held
	switch {
	case !r.waited || !p.holds && !r.changed:
		return spread(p.every)
	case r.took >= hasty:
		p.hasty = 0
		return 0
	}
	// The next poll is held, so there is nothing to wait for; a server that answers all of
	// them at once is another matter.
	p.hasty++
	if p.hasty == 1 {
		return 0
	}
	return min(backoff(p.hasty-1), p.every)
}

// backoff is how long to wait after so many misses in a row: anything up to a bound that
// doubles, so that a fleet does not come back all at once.
func backoff(misses int) time.Duration {
	bound := longest
	if misses < 10 {
		bound = min(longest, shortest<<(misses-1))
	}
	return 1 + rand.N(bound)
}

// spread is every, give or take a tenth, so that a fleet started together does not poll
// together for ever.
func spread(every time.Duration) time.Duration {
	return every - every/10 + rand.N(every/5+1)
}

// retryAfter is how long the server asked us to stay away; 0 if it did not.
func retryAfter(err error) time.Duration {
	var refused *Refused
	if !errors.As(err, &refused) {
		return 0
	}
	return refused.RetryAfter
}

// readRetryAfter reads both forms of Retry-After (RFC 9110, 10.2.3). What nobody could
// mean is as if it were absent, and no server can send us away for long.
func readRetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, obeyed)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // the server's clock is the one it meant
	}
	return max(0, min(at.Sub(now), obeyed))
}

// applied reports whether the server says it honoured Prefer: wait (RFC 7240).
func applied(h http.Header) bool {
	for _, field := range h["Preference-Applied"] {
		for preference := range strings.SplitSeq(field, ",") {
			name, _, _ := strings.Cut(preference, "=")
			if strings.EqualFold(strings.TrimSpace(name), "wait") {
				return true
			}
		}
	}
	return false
}
