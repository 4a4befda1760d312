package casefile

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	long := strings.Repeat("a", 64)
	for name, c := range map[string]struct {
		parse     func(string) error
		good, bad []string
	}{
		"account": {checker(ParseAccount), []string{"acme", "a", "a.b-c_d", "0", long[:63], "console", "com", "com10"},
			[]string{"", long, "Acme", "-a", "a-", ".a", "a.", "a..b", "a/b", `a\b`, "con", "con.x", "nul", "com1", "lpt9.txt", "a b", "ä", "a\n", "../a", "~a"}},
		"key": {checker(ParseKey), []string{"20261123-ws-017", "20240229-a", "20261123-ws-017-2", "20261123-0"},
			[]string{"", "20261123", "20261123-", "20261123-WS", "20261323-a", "20230229-a", "2026-11-23-a", "20261123-a--b", "20261123-a-", "20261123-a_b", "20261123-" + long, " 20261123-a", "20261123-a\n"}},
		"pattern ID":  {checker(ParsePatternID), []string{"1", "999999999"}, []string{"", "0", "01", "-1", "+1", "1.0", "a", "1000000000", "1 ", "１"}},
		"digest":      {checker(ParseDigest), []string{string(digestOf)}, []string{"", strings.ToUpper(string(digestOf)), long + "a", string(digestOf)[1:], string(digestOf) + "\n"}},
		"time":        {checker(ParseTime), []string{"2026-11-23T09:12:00Z", "0001-01-01T00:00:01Z"}, []string{"", "2026-11-23", "2026-11-23T09:12:00", "2026-11-23T09:12:00.0Z", "2026-11-23T09:12:00+00:00", "2026-11-23t09:12:00z", "2026-02-30T09:12:00Z", "2026-11-23T24:00:00Z", "2026-11-23T9:12:00Z"}},
		"line":        {checker(ParseLine), []string{"a", "née # ok", "日本", strings.Repeat("é", 1000)}, []string{"", " ", " a", "a ", "a\nb", "a\tb", "\x00", "\xff", "a\u202eb", "a\u2028b", "\ufeffa", "a\u0085b", strings.Repeat("é", 1001)}},
		"text":        {checker(ParseText), []string{"a", "a\nb\n", "\ta", strings.Repeat("é", 8000)}, []string{"", " \n ", "a\r\nb", "\x1b[31m", "\xff", "a\u202eb", strings.Repeat("é", 8001)}},
		"file name":   {checker(ParseFileName), []string{"lpt$vpn.123", "a b", "ü.zip", "a.tar.gz", "console.txt"}, []string{"", ".git", "-rf", "a/b", `a\b`, "a:b", "a*", "a?", `a"b`, "<a>", "a|b", "a.", " a", "NUL", "nul.zip", "pattern.yaml", "PATTERN.YAML", "git~1", strings.Repeat("a", 256), "a\nb", ".."}},
		"whole count": {checker(parseCount[int64]), []string{"1", "999999999999999999"}, []string{"", "0", "01", "-1", "1.0", "1_0", "0x1", "9999999999999999999"}},
	} {
		for _, s := range c.good {
			if err := c.parse(s); err != nil {
				t.Errorf("%s %q is refused: %v", name, s, err)
			}
		}
		for _, s := range c.bad {
			if err := c.parse(s); err == nil {
				t.Errorf("%s %q is taken", name, s)
			}
		}
	}
}

func TestSlug(t *testing.T) {
	for endpoint, want := range map[string]string{
		"ws-017": "ws-017", "WS_017.acme.local": "ws-017-acme-local", "--a--": "a", "日本": "endpoint", "": "endpoint", "Jürgen's PC": "j-rgen-s-pc",
		strings.Repeat("ab-", 20): strings.TrimRight(strings.Repeat("ab-", 14)[:40], "-"), strings.Repeat("x", 99): strings.Repeat("x", 40),
	} {
		if got := Slug(endpoint); got != want {
			t.Errorf("%q becomes %q, want %q", endpoint, got, want)
		}
	}
}

func TestNewKey(t *testing.T) {
	taken := map[Key]bool{}
	late := At(time.Date(2026, 11, 24, 0, 30, 0, 0, time.FixedZone("", 3600)))
	for _, want := range []Key{"20261123-ws-017", "20261123-ws-017-2", "20261123-ws-017-3"} {
		key := NewKey(late, "WS 017", func(k Key) bool { return taken[k] })
		if key != want || key.Month() != "2026-11" || key.Day() != "20261123" {
			t.Errorf("got %s, want %s", key, want)
		}
		taken[key] = true
	}
}

// Every record's path leads back to the record.
func TestLocate(t *testing.T) {
	for _, r := range kinds() {
		if again, err := Locate(r.Path()); err != nil || again.Path() != r.Path() {
			t.Errorf("%s: %v %v", r.Path(), again, err)
		}
	}
}

// What a Parse function takes is a safe name for a file or folder.
func FuzzName(f *testing.F) {
	for _, s := range []string{"acme", "20261123-ws-017", "lpt$vpn.123", "..", "a/b", "con"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, parse := range map[string]func(string) error{"name": checker(ParseName), "key": checker(ParseKey), "file name": checker(ParseFileName)} {
			if parse(s) == nil && (s == "" || strings.ContainsAny(s, "/\\\x00\n:") || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || len(s) > 255) {
				t.Errorf("%s %q is taken", name, s)
			}
		}
	})
}

// Every key that is made can be read, whatever the endpoint is called.
func FuzzKey(f *testing.F) {
	f.Add("ws-017", int64(1795424400))
	f.Fuzz(func(t *testing.T, endpoint string, unix int64) {
		at := At(time.Unix(unix%250000000000, 0))
		if y := at.Time().Year(); y < 1000 || y > 9999 {
			t.Skip("no such year")
		}
		n := 0
		key := NewKey(at, endpoint, func(Key) bool { n++; return n < 12 })
		if again, err := ParseKey(string(key)); err != nil || again != key {
			t.Fatal(err)
		}
		if again, err := ParseTime(at.String()); err != nil || again != at {
			t.Fatal(again, err)
		}
	})
}
