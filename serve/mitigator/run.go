package mitigator

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"casebook/casefile"
)

// Config says which server a mitigator belongs to, where it keeps its things, and what
// it does with a pattern.
type Config struct {
	Servers       []string      // base URLs of casebook serve, the preferred one first; all serve one casebook
	Token         string        // the token that mitigator add printed; "" where Cert says who asks
	Dir           string        // the folder of this mitigator, made if it is missing
	Exec          string        // 'CMD {}', run with each pattern; "" only downloads
	Watch         string        // folder with forensic data to hand in; "" is none
	Every         time.Duration // from one pass to the next where the server holds no polls; 0 is ten minutes, the vendor's heartbeat
	Wait          time.Duration // how long the server is asked to hold a poll until the list changes; 0 is not at all
	CA            string        // PEM file of the only authorities believed about the server; "" is the system's
	Cert, Key     string        // PEM files of the certificate we show, and its key; "" is none
	AllowRollback bool          // take a list older than one seen, of a casebook that was set back on purpose
	Client        *http.Client  // nil is one with sensible limits that keeps to CA, Cert and Key
	Log           *slog.Logger  // nil is silence
	Now           func() time.Time
	Sleep         func(context.Context, time.Duration) error
}

// Result is what one pass did.
type Result struct {
	Polled     bool                 `json:"polled"`  // the server answered
	Changed    bool                 `json:"changed"` // and its list was not the one known
	Downloaded []casefile.PatternID `json:"downloaded"`
	Applied    []casefile.PatternID `json:"applied"`
	Failed     []casefile.PatternID `json:"failed"`
	Receipts   int                  `json:"receipts"`  // receipts the server has taken
	HandedIn   []casefile.Key       `json:"handed_in"` // cases of forensic data the server has taken
}

// Once makes one pass, for cron.
func Once(ctx context.Context, c Config) (Result, error) {
	c.Wait = 0
	m, err := open(c)
	if err != nil {
		return Result{}, err
	}
	err = m.pass(ctx)
	handedIn, handing := m.handInOnce(ctx)
	m.result.HandedIn = handedIn
	return m.result, errors.Join(err, handing, m.close())
}

// Run makes passes until ctx ends. Of the errors of a pass only those end it that no
// waiting will cure.
func Run(ctx context.Context, c Config) (err error) {
	m, err := open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	stop, err := m.keepHandingIn(ctx)
	if err != nil {
		return err
	}
	defer stop()
	said := ""
	for waits := (patience{every: m.Every}); ; {
		err := m.pass(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrUnauthorized), errors.Is(err, ErrOtherAccount):
			return err
		case err != nil && err.Error() != said:
			m.Log.Warn("pass incomplete", "error", err)
			said = err.Error()
		case err == nil:
			said = ""
		}
		if m.Sleep(ctx, waits.after(m.polled, err)) != nil {
			return nil
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
