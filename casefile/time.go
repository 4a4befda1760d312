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
	if len(s) == len(timeLayout) && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && s[16] == ':' && s[19] == 'Z' {
		year, month, day := digits(s[:4]), digits(s[5:7]), digits(s[8:10])
		hour, minute, second := digits(s[11:13]), digits(s[14:16]), digits(s[17:19])
		if isDay(year, month, day) && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60 {
			return Time{time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)}, nil
		}
	}
	return Time{}, fmt.Errorf("bad time %q: write it in UTC, as in 2026-11-23T09:12:00Z", s)
}

// IsZero reports whether the thing has not happened.
func (t Time) IsZero() bool { return t.t.IsZero() }

// Time is the moment as the standard library has it.
func (t Time) Time() time.Time { return t.t }

// on reports whether the moment is on a day, as in 20261123.
func (t Time) on(day string) bool {
	year, month, of := t.t.Date()
	return len(day) == 8 && digits(day[:4]) == year && digits(day[4:6]) == int(month) && digits(day[6:]) == of
}

// Before reports whether t is earlier than u.
func (t Time) Before(u Time) bool { return t.t.Before(u.t) }

func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	year, month, day := t.t.Date()
	hour, minute, second := t.t.Clock()
	if year < 0 || year > 9999 {
		return t.t.Format(timeLayout)
	}
	text := []byte(timeLayout)
	decimal(text[0:4], year)
	decimal(text[5:7], int(month))
	decimal(text[8:10], day)
	decimal(text[11:13], hour)
	decimal(text[14:16], minute)
	decimal(text[17:19], second)
	return string(text)
}

// decimal fills text with the digits of a number.
func decimal(text []byte, n int) {
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = byte('0' + n%10)
		n /= 10
	}
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

// ParseSince reads a time as people type it: a day, which begins at midnight UTC, or a moment.
func ParseSince(s string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", s)
}
