package casefile

import (
	"fmt"
	"time"
)

// Time is a moment in UTC, to the second, written as in 2026-11-23T09:12:00Z.
// The zero Time means that the thing has not happened.
type Time struct{ t time.Time }

const timeLayout = "2006-01-02T15:04:05Z"

// At is the moment t, in UTC and without its fraction of a second.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// ParseTime reads a moment; only the one spelling is accepted.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil || t.Format(timeLayout) != s {
		return Time{}, fmt.Errorf("bad time %q: write it in UTC, as in 2026-11-23T09:12:00Z", s)
	}
	return Time{t}, nil
}

// IsZero reports whether the thing has not happened.
func (t Time) IsZero() bool { return t.t.IsZero() }

// Time is the moment as the standard library has it.
func (t Time) Time() time.Time { return t.t }

// Before reports whether t is earlier than u.
func (t Time) Before(u Time) bool { return t.t.Before(u.t) }

func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.t.Format(timeLayout)
}

// MarshalText makes a Time the same text in JSON as in a file.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Time) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*t = Time{}
		return nil
	}
	*t, err = ParseTime(string(b))
	return err
}

// Stamp says when something was done and by whom, as in "Jane Doe <jane@acme.example>".
type Stamp struct {
	At Time   `json:"at"`
	By string `json:"by"`
}
