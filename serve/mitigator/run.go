package mitigator

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"casebook/casefile"
)

// Config says which server a mitigator belongs to, where it keeps its things, and what
// it does with a pattern.
type Config struct {
	Server string        // base URL of casebook serve
	Token  string        // the token that mitigator add printed
	Dir    string        // the folder of this mitigator, made if it is missing
	Exec   string        // 'CMD {}', run with each pattern; "" only downloads
	Every  time.Duration // from one pass to the next; 0 is ten minutes, the vendor's heartbeat
	Client *http.Client  // nil is a client with sensible limits
	Log    *slog.Logger  // nil is silence
	Now    func() time.Time
	Sleep  func(context.Context, time.Duration) error
}

// Result is what one pass did.
type Result struct {
	Polled     bool                 `json:"polled"`  // the server answered
	Changed    bool                 `json:"changed"` // and its list was not the one known
	Downloaded []casefile.PatternID `json:"downloaded"`
	Applied    []casefile.PatternID `json:"applied"`
	Failed     []casefile.PatternID `json:"failed"`
	Receipts   int                  `json:"receipts"` // receipts the server has taken
}

// Once makes one pass, for cron.
func Once(ctx context.Context, c Config) (Result, error) {
	m, err := open(c)
	if err != nil {
		return Result{}, err
	}
	err = m.pass(ctx)
	return m.result, errors.Join(err, m.close())
}

// Run makes passes until ctx ends. Of the errors of a pass only those end it that no
// waiting will cure.
func Run(ctx context.Context, c Config) (err error) {
	m, err := open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	said := ""
	for misses := 0; ; {
		err := m.pass(ctx)
		wait := spread(m.Every)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrUnauthorized), errors.Is(err, ErrOtherAccount):
			return err
		case err != nil:
			misses++
			wait = backoff(misses)
			if err.Error() != said {
				m.Log.Warn("pass incomplete", "error", err)
			}
			said = err.Error()
		default:
			misses, said = 0, ""
		}
		if m.Sleep(ctx, wait) != nil {
			return nil
		}
	}
}

const (
	shortest = time.Second
	longest  = 5 * time.Minute
)

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

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
