package casefile

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Identities have types of their own, so that they cannot change places in a call.
// Each Parse function is the only way in from text, and says what is wrong with it.

// Account is a customer's name: the folder everything of the customer is in.
type Account string

// Name is the name of a mitigator or an operator.
type Name string

// Key names a case for good: the day of receipt and the endpoint, as in 20261123-ws-017.
type Key string

// PatternID counts a customer's pattern entries from 1; numbers are never reused.
type PatternID int

// Digest is a SHA-256 in 64 lower-case hexadecimal digits.
type Digest string

// CaseRef says which case, in full.
type CaseRef struct {
	Account Account
	Key     Key
}

// PatternRef says which pattern entry, in full.
type PatternRef struct {
	Account Account
	ID      PatternID
}

func (r CaseRef) String() string    { return string(r.Account) + "/" + string(r.Key) }
func (r PatternRef) String() string { return fmt.Sprintf("%s/%d", r.Account, r.ID) }

const maxName = 63

var (
	nameForm   = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$`)
	keyForm    = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})-[a-z0-9]+(?:-[a-z0-9]+)*$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// ParseAccount reads an account name.
func ParseAccount(s string) (Account, error) {
	n, err := ParseName(s)
	return Account(n), err
}

// ParseName reads the name of a mitigator or an operator.
func ParseName(s string) (Name, error) {
	switch {
	case s == "":
		return "", errors.New("empty name")
	case len(s) > maxName:
		return "", fmt.Errorf("name of %d characters, the longest allowed is %d", len(s), maxName)
	case !isName(s) || strings.Contains(s, ".."):
		return "", fmt.Errorf("bad name %q: use lower-case letters, digits, '-', '_' and '.', first and last a letter or digit", s)
	case isDevice(s):
		return "", fmt.Errorf("bad name %q: Windows reserves it for a device", s)
	}
	return Name(s), nil
}

// ParseKey reads a case key.
func ParseKey(s string) (Key, error) {
	if isKey(s) && len(s) <= maxName {
		return Key(s), nil
	}
	return "", fmt.Errorf("bad case key %q: it is YYYYMMDD-endpoint, as in 20261123-ws-017", s)
}

// Month is the folder the case is filed in, as in 2026-11.
func (k Key) Month() string { return string(k[:4] + "-" + k[4:6]) }

// Day is the day of receipt, as in 20261123.
func (k Key) Day() string { return string(k[:8]) }

// ParsePatternID reads a pattern ID.
func ParsePatternID(s string) (PatternID, error) {
	if !isCount(s, 9) {
		return 0, fmt.Errorf("bad pattern ID %q: it is a count, as in 3", s)
	}
	n, err := strconv.Atoi(s)
	return PatternID(n), err
}

// ParseDigest reads a SHA-256.
func ParseDigest(s string) (Digest, error) {
	if !isDigest(s) {
		return "", fmt.Errorf("bad SHA-256 %q: it is 64 lower-case hexadecimal digits", s)
	}
	return Digest(s), nil
}

// ParseLine reads a text of one line, as descriptions, reasons and versions are.
func ParseLine(s string) (string, error) {
	if isSimple(s) {
		return s, nil
	}
	return checkLine(s)
}

func checkLine(s string) (string, error) {
	switch {
	case strings.TrimSpace(s) == "":
		return "", errors.New("empty text")
	case !utf8.ValidString(s):
		return "", errors.New("text that is not UTF-8")
	case utf8.RuneCountInString(s) > maxLine:
		return "", fmt.Errorf("text of more than %d characters", maxLine)
	case strings.ContainsFunc(s, unprintable):
		return "", errors.New("text with a line break or control character")
	case strings.TrimSpace(s) != s:
		return "", errors.New("text with white space at its start or end")
	}
	return s, nil
}

const (
	maxLine = 1000
	maxText = 8000
)

// ParseText reads prose, which may run over several lines, as descriptions and reasons do.
func ParseText(s string) (string, error) {
	if isSimple(s) {
		return s, nil
	}
	return checkText(s)
}

func checkText(s string) (string, error) {
	switch {
	case strings.TrimSpace(s) == "":
		return "", errors.New("empty text")
	case !utf8.ValidString(s):
		return "", errors.New("text that is not UTF-8")
	case utf8.RuneCountInString(s) > maxText:
		return "", fmt.Errorf("text of more than %d characters", maxText)
	case strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unprintable(r) }):
		return "", errors.New("text with a control character")
	}
	return s, nil
}

// unprintable also holds the characters that turn text round, with which a name can be
// made to look like another one.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) || r == utf8.RuneError || r == '\ufeff'
}

// ParseFileName reads the own name of a pattern file or forensic data: one that every
// file system can hold and git will check out.
func ParseFileName(s string) (string, error) {
	if _, err := ParseLine(s); err != nil {
		return "", fmt.Errorf("file name %q: %w", s, err)
	}
	lower := strings.ToLower(s)
	switch {
	case len(s) > 255:
		return "", fmt.Errorf("file name %q is longer than 255 bytes", s)
	case strings.ContainsAny(s, `/\:*?"<>|`):
		return "", fmt.Errorf(`file name %q: none of / \ : * ? " < > | may stand in it`, s)
	case strings.HasPrefix(s, ".") || strings.HasPrefix(s, "-"):
		return "", fmt.Errorf("file name %q must not start with %q", s, s[:1])
	case strings.HasSuffix(s, "."):
		return "", fmt.Errorf("file name %q must not end with a dot", s)
	case lower == "pattern.yaml", strings.HasPrefix(lower, "git~"), isDevice(s):
		return "", fmt.Errorf("file name %q is reserved", s)
	}
	return s, nil
}

// Slug is an endpoint's name made fit for a key: lower-case letters and digits, joined
// by hyphens, 40 characters at the most.
func Slug(endpoint string) string {
	words := strings.FieldsFunc(strings.ToLower(endpoint), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	slug := strings.Join(words, "-")
	if len(slug) > 40 {
		slug = strings.TrimRight(slug[:40], "-")
	}
	if slug == "" {
		return "endpoint"
	}
	return slug
}

// NewKey is the key of a case received now; taken reports whether a key is in use, and
// then -2, -3 … is tried.
func NewKey(received Time, endpoint string, taken func(Key) bool) Key {
	stem := received.t.Format("20060102") + "-" + Slug(endpoint)
	key := Key(stem)
	for n := 2; taken(key); n++ {
		key = Key(stem + "-" + strconv.Itoa(n))
	}
	return key
}
