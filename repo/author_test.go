package repo

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var someTime = time.Date(2026, 11, 23, 10, 40, 12, 0, time.FixedZone("", 3600))

// identOf is an author as git prints it.
func identOf(t *testing.T, env map[string]string, settings ...string) (string, string, error) {
	t.Helper()
	c := &config{map[string][]string{}}
	for i := 0; i < len(settings); i += 2 {
		c.add(settings[i], settings[i+1])
	}
	a, b, err := author(func(key string) string { return env[key] }, c, someTime)
	return fmt.Sprintf("%s <%s> %d %s", a.Name, a.Email, a.When.Unix(), a.When.Format("-0700")), fmt.Sprintf("%s <%s>", b.Name, b.Email), err
}

func TestAuthorIsGits(t *testing.T) {
	o := newOracle(t)
	user := []string{"user.name", "User", "user.email", "user@acme.example"}
	for name, c := range map[string]struct {
		env      map[string]string
		settings []string
	}{
		"the environment":           {env: map[string]string{"GIT_AUTHOR_NAME": "Env", "GIT_AUTHOR_EMAIL": "env@x.example"}, settings: user},
		"user":                      {settings: user},
		"author before user":        {settings: append([]string{"author.name", "Author"}, user...)},
		"half from the environment": {env: map[string]string{"GIT_AUTHOR_NAME": "Env"}, settings: user},
		"EMAIL as the last":         {env: map[string]string{"EMAIL": "mail@x.example"}, settings: user[:2]},
		"EMAIL after user.email":    {env: map[string]string{"EMAIL": "mail@x.example"}, settings: user},
		"crud around the name":      {env: map[string]string{"GIT_AUTHOR_NAME": " .,\"Jane' Doe\\;<>\n"}, settings: user},
		"brackets in the name":      {env: map[string]string{"GIT_AUTHOR_NAME": "Ja<n>e\nDoe"}, settings: user},
		"umlauts":                   {env: map[string]string{"GIT_AUTHOR_NAME": "Jürgen Ä"}, settings: user},
		"brackets in the address":   {env: map[string]string{"GIT_AUTHOR_EMAIL": "<a@b.example>"}, settings: user},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := identOf(t, c.env, c.settings...)
			if err != nil {
				t.Fatal(err)
			}
			cmd := o.command("var", "GIT_AUTHOR_IDENT")
			cmd.Env = append(withoutIdent(o.env), "GIT_AUTHOR_DATE=@1795426812 +0100")
			for key, value := range c.env {
				cmd.Env = append(cmd.Env, key+"="+value)
			}
			for i := 0; i < len(c.settings); i += 2 {
				cmd.Args = append([]string{"git", "-c", c.settings[i] + "=" + c.settings[i+1]}, cmd.Args[1:]...)
			}
			want, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "ident", got, strings.TrimSpace(string(want)))
		})
	}
}

func withoutIdent(env []string) []string {
	var rest []string
	for _, e := range env {
		if !strings.HasPrefix(e, "GIT_AUTHOR_") && !strings.HasPrefix(e, "GIT_COMMITTER_") {
			rest = append(rest, e)
		}
	}
	return rest
}

func TestNoAuthor(t *testing.T) {
	for name, settings := range map[string][]string{
		"nothing":          nil,
		"no address":       {"user.name", "Jane"},
		"no name":          {"user.email", "jane@acme.example"},
		"a name of crud":   {"user.name", " <>.,", "user.email", "jane@acme.example"},
		"only the author":  {"author.name", "Jane", "author.email", "jane@acme.example"},
		"an empty address": {"user.name", "Jane", "user.email", ""},
	} {
		if _, _, err := identOf(t, nil, settings...); !errors.Is(err, ErrNoAuthor) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSignaturesThatWouldDamageACommit(t *testing.T) {
	for what, env := range map[string]map[string]string{
		"a time before git's":      {"GIT_AUTHOR_DATE": "1969-12-31T23:59:59Z"},
		"a zone before git's time": {"GIT_AUTHOR_DATE": "1970-01-01T00:00:00+02:00"},
		"a time without end":       {"GIT_AUTHOR_DATE": "@99999999999999"},
		"a committer's time":       {"GIT_COMMITTER_DATE": "1960-01-01T00:00:00Z"},
		"a name that is not UTF-8": {"GIT_AUTHOR_NAME": "J\xfcrgen"},
		"a name with an escape":    {"GIT_COMMITTER_NAME": "Jane\x1b[31m Doe"},
		"an address with a tab":    {"GIT_AUTHOR_EMAIL": "jane\t@acme.example"},
	} {
		if ident, _, err := identOf(t, env, "user.name", "Jane", "user.email", "jane@acme.example"); err == nil {
			t.Errorf("%s: taken for %q", what, ident)
		}
	}
}

func TestCommitterIsItsOwn(t *testing.T) {
	env := map[string]string{"GIT_COMMITTER_NAME": "Env", "GIT_AUTHOR_NAME": "Writer"}
	_, committer, err := identOf(t, env, "committer.email", "c@x.example", "user.email", "u@x.example")
	expect(t, "committer", committer, "Env <c@x.example>")
	expect(t, "error", err, nil)
}

func TestDatesAreGits(t *testing.T) {
	o := newOracle(t)
	o.env = append(o.env, "TZ=UTC")
	for _, date := range []string{
		"@1795426812 +0100", "1795426812 -0530", "@5 +0000", "@1795426812", "2026-11-23T09:12:00Z", "2026-11-23T09:12:00+02:00", "2026-11-23T09:12:00+0200",
		"2026-11-23 09:12:00 +0200", "2026-11-23T09:12:00", "2026-11-23 09:12:00", "Mon, 23 Nov 2026 09:12:00 +0100", "Mon Nov 23 09:12:00 2026 -0800",
	} {
		got, err := parseDate(date, time.UTC)
		if err != nil {
			t.Errorf("%q: %v", date, err)
			continue
		}
		cmd := o.command("var", "GIT_AUTHOR_IDENT")
		cmd.Env = append(o.env, "GIT_AUTHOR_DATE="+date)
		out := must(cmd.Output())
		_, want, _ := strings.Cut(strings.TrimSpace(string(out)), "> ")
		expect(t, date, fmt.Sprintf("%d %s", got.Unix(), got.Format("-0700")), want)
	}
	for _, date := range []string{"yesterday-ish", "@x", "12", "2026-13-01T00:00:00Z", "@-1 +0000", "@1 +9"} {
		if when, err := parseDate(date, time.UTC); err == nil {
			t.Errorf("%q was read as %s", date, when)
		}
	}
	_, _, err := identOf(t, map[string]string{"GIT_AUTHOR_DATE": "never"}, "user.name", "J", "user.email", "j@x.example")
	if err == nil || !strings.Contains(err.Error(), `GIT_AUTHOR_DATE: "never" is no date`) {
		t.Errorf("got %v", err)
	}
}
