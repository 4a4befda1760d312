package repo

import (
	"cmp"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing/object"
)

// author is who writes and who commits, found where git looks: GIT_AUTHOR_* and GIT_COMMITTER_* in the
// environment, then author.* and committer.* in the configuration, then user.*, and EMAIL for the address.
// Git's last resort, a guess from the machine's name, is left out: an auditor could not use it.
func author(getenv func(string) string, c *config, now time.Time) (author, committer object.Signature, err error) {
	if author, err = signature("author", getenv, c, now); err != nil {
		return author, committer, err
	}
	committer, err = signature("committer", getenv, c, now)
	return author, committer, err
}

func signature(role string, getenv func(string) string, c *config, now time.Time) (object.Signature, error) {
	env := "GIT_" + strings.ToUpper(role) + "_"
	set := func(key string) string { value, _ := c.get(key); return value }
	who := object.Signature{
		Name:  cleanIdent(cmp.Or(getenv(env+"NAME"), set(role+".name"), set("user.name"))),
		Email: cleanIdent(cmp.Or(getenv(env+"EMAIL"), set(role+".email"), set("user.email"), getenv("EMAIL"))),
		When:  now,
	}
	if who.Name == "" || who.Email == "" {
		return who, fmt.Errorf("%s: %w", role, ErrNoAuthor)
	}
	if date := getenv(env + "DATE"); date != "" {
		when, err := parseDate(date, now.Location())
		if err != nil {
			return who, fmt.Errorf("%sDATE: %w", env, err)
		}
		who.When = when
	}
	return who, checkSignature(role, who)
}

// checkSignature refuses what git fsck would call a damaged commit, or what could not be read back: our
// commits are UTF-8.
func checkSignature(role string, who object.Signature) error {
	for _, text := range []string{who.Name, who.Email} {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return fmt.Errorf("%s %q: is not UTF-8, or holds control characters", role, text)
		}
	}
	if who.When.Unix() < 0 || who.When.Year() > 9999 {
		return fmt.Errorf("%s: git cannot record a time in the year %d", role, who.When.Year())
	}
	return nil
}

// cleanIdent leaves out what git leaves out of a name: what would end the field, and punctuation around it.
func cleanIdent(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`.,:;<>"\'`, r) })
	return strings.NewReplacer("\n", "", "<", "", ">", "", "\x00", "").Replace(s)
}

// parseDate reads the forms of a date that git documents for its environment.
func parseDate(s string, local *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if when, ok := parseUnixDate(s); ok {
		return when, nil
	}
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 Z07:00",
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
		"Mon Jan 2 15:04:05 2006 -0700", "Mon Jan 2 15:04:05 2006",
	} {
		if when, err := time.ParseInLocation(layout, s, local); err == nil {
			return when, nil
		}
	}
	if when, err := mail.ParseDate(s); err == nil {
		return when, nil
	}
	return time.Time{}, fmt.Errorf("%q is no date", s)
}

// parseUnixDate reads "@1700000000 +0100"; without the sign only a number too large to be a day is one.
func parseUnixDate(s string) (time.Time, bool) {
	digits, zone, _ := strings.Cut(s, " ")
	number, certain := strings.CutPrefix(digits, "@")
	seconds, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seconds < 0 || !certain && seconds < 100_000_000 {
		return time.Time{}, false
	}
	at, err := time.Parse("-0700", cmp.Or(strings.TrimSpace(zone), "+0000"))
	if err != nil {
		return time.Time{}, false
	}
	_, offset := at.Zone()
	return time.Unix(seconds, 0).In(time.FixedZone("", offset)), true
}
