package repo

import (
	"strings"
	"testing"
)

func TestCheckZip(t *testing.T) {
	const whole = "PK\x03\x04 encrypted PK\x05\x06"
	for name, c := range map[string]struct{ text, want string }{
		"a zip file":                      {whole, ""},
		"with a comment behind it":        {whole + strings.Repeat("c", 1<<16-1), ""},
		"some other file":                 {"%PDF-1.7 and so on", "not a zip file"},
		"a file shorter than a signature": {"PK", "not a zip file"},
		"a zip file with no entry":        {"PK\x05\x06" + strings.Repeat("\x00", 18), "not a zip file"},
		"a torn zip file":                 {whole[:12], "a zip file that was cut short"},
		"its end too far from the end":    {whole + strings.Repeat("c", 1<<17), "a zip file that was cut short"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := CheckZip(strings.NewReader(c.text), int64(len(c.text))); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
