package mitigator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// servers are the base URLs of one casebook's servers, the preferred one first. The one
// that answered last is asked first, until it is time to try the preferred one again.
type servers struct {
	mu    sync.Mutex
	urls  []*url.URL
	using int
	since time.Time
	log   *slog.Logger
	now   func() time.Time
}

// comeBack is how long another server is used before the first is tried again.
const comeBack = 10 * time.Minute

func newServers(addresses []string, log *slog.Logger, now func() time.Time) (*servers, error) {
	s := &servers{log: log, now: now}
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("server %q: not an http or https URL", a)
		}
		s.urls = append(s.urls, u)
	}
	if len(s.urls) == 0 {
		return nil, errors.New("no server")
	}
	return s, nil
}

// try does something with one server after the other until one's answer stands. A refusal by
// one is not final while another could not be asked.
func (s *servers) try(ctx context.Context, do func(*url.URL) error) error {
	var errs []error
	first := s.first()
	for n := range s.urls {
		i := (first + n) % len(s.urls)
		err := do(s.urls[i])
		if ctx.Err() != nil {
			return err
		}
		if err == nil || stands(err) {
			s.use(i)
			return err
		}
		if len(s.urls) > 1 {
			err = fmt.Errorf("%s: %w", s.urls[i].Host, err)
		}
		errs = append(errs, err)
	}
	return s.gist(errs)
}

// gist makes one error of one from each server. The first that is not final decides what
// is done about it; of the others it has the words.
func (s *servers) gist(errs []error) error {
	decides := max(0, slices.IndexFunc(errs, func(err error) bool { return !final(err) }))
	err := errs[decides]
	for i, other := range errs {
		if i != decides {
			err = fmt.Errorf("%w; %v", err, other)
		}
	}
	return err
}

func (s *servers) first() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.since) >= comeBack {
		return 0
	}
	return s.using
}

func (s *servers) use(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i != s.using {
		s.log.Warn("using another server", "server", s.urls[i].Host, "instead of", s.urls[s.using].Host)
	}
	if i != s.using || s.now().Sub(s.since) >= comeBack {
		s.using, s.since = i, s.now()
	}
}

// distrust turns from the server in use, whose answer was no good, to the next.
func (s *servers) distrust() {
	s.mu.Lock()
	next := (s.using + 1) % len(s.urls)
	s.mu.Unlock()
	s.use(next)
}

// stands reports whether an error is an answer that no other server would better, or
// must not be asked to: who is told to slow down does not turn to the next.
func stands(err error) bool {
	var refused *Refused
	return errors.Is(err, ErrOtherAccount) || errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests
}

// final reports whether asking the same again would be answered the same.
func final(err error) bool {
	var refused *Refused
	return errors.Is(err, ErrUnauthorized) || errors.As(err, &refused) && refused.final()
}
