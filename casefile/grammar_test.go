package casefile

import (
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	deviceForm = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)
	countForm  = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)
)

// What the grammars say by hand is what they say as regular expressions.
func TestGrammarsAreThoseOfTheSchema(t *testing.T) {
	near := rapid.OneOf(
		rapid.StringMatching(`[a-z0-9._-]{0,6}`), rapid.StringMatching(`[0-9]{3,5}[01][0-9][0-3][0-9]-[a-z0-9-]{0,5}`),
		rapid.StringMatching(`[0-9a-f]{63,65}`), rapid.StringMatching(`[0-9]{0,19}`), rapid.StringMatching(`[0-9a-fA-F]{64}`),
		rapid.StringMatching(`(?i)(con|prn|nul|lpt1|com0|lpt|K|co\x{212a})[0-9]?[.$]?[a-z]?`), rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		s := near.Draw(t, "text")
		_, err := time.Parse("20060102", s[:min(8, len(s))])
		for name, says := range map[string][2]bool{
			"name":   {isName(s), nameForm.MatchString(s)},
			"device": {isDevice(s), deviceForm.MatchString(s)},
			"key":    {isKey(s), keyForm.MatchString(s) && err == nil},
			"digest": {isDigest(s), digestForm.MatchString(s)},
			"count":  {isCount(s, 18), countForm.MatchString(s)},
		} {
			if says[0] != says[1] {
				t.Errorf("%s: %q: by hand %v, as a regular expression %v", name, s, says[0], says[1])
			}
		}
		if isSimple(s) {
			if rest, err := checkLine(s); rest != s || err != nil {
				t.Errorf("%q is simple, and wrong: %v", s, err)
			}
			if _, err := checkText(s); err != nil {
				t.Errorf("%q is simple, and wrong: %v", s, err)
			}
		}
	})
}

// Times are read and written as the standard library does.
func TestTimesAreThoseOfTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z`),
			rapid.StringMatching(`[0-9]{3,5}-[0-9]{1,2}-[0-9]{1,2}[Tt ][0-9]{2}[:.][0-9]{2}:[0-9]{2}(\.0)?[Zz+]?`),
		).Draw(t, "text")
		want, err := time.Parse(timeLayout, s)
		good := err == nil && want.Format(timeLayout) == s
		got, err := ParseTime(s)
		if (err == nil) != good || good && got.t != want {
			t.Errorf("%s: %v, %v; want %v", s, got.t, err, want)
		}
		if good && got.String() != s && !got.IsZero() {
			t.Errorf("%s is written %s", s, got)
		}
	})
}
