package repo

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"casebook/casefile"

	"golang.org/x/crypto/ssh"
)

// signers are who may sign commits, as a file of OpenSSH's allowed-signers format says: on each line
// principals, options, and a key. It is read strictly; a file in which one line is wrong allows nobody.
type signers []allowed

// allowed is one line.
type allowed struct {
	principals    []string // patterns of e-mail addresses; with ! before them they keep out
	namespaces    []string // patterns; none: every one
	after, before time.Time
	key           []byte
}

// checkSigners finds what is wrong with allowed_signers.
func (v *validation) checkSigners(f file) casefile.Problems {
	if !isRegular(f.at.Mode) {
		return casefile.Problems{notAFile(f.path, f.at.Mode)}
	}
	data, err := v.read(f)
	if err != nil {
		return casefile.Problems{unreadable(f.path, err)}
	}
	_, problems := parseSigners(data)
	return problems
}

// parseSigners reads an allowed_signers file.
func parseSigners(data []byte) (signers, casefile.Problems) {
	var all signers
	var problems casefile.Problems
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		one, err := parseSigner(line)
		if err != nil {
			problems = append(problems, casefile.Problem{File: casefile.SignersFile, Line: number, Column: 1, Rule: casefile.RuleBadValue,
				Text: err.Error(), Hint: `a line is: jane@acme.example namespaces="git" ssh-ed25519 AAAA…`})
			continue
		}
		all = append(all, one)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return all, nil
}

func parseSigner(line string) (allowed, error) {
	var a allowed
	who, rest := cutField(line)
	a.principals = strings.Split(strings.Trim(who, `"`), ",")
	options, keyText := cutField(rest)
	if isKeyType(options) {
		options, keyText = "", rest
	}
	for options != "" {
		var option string
		option, options = cutOption(options)
		if err := a.option(option); err != nil {
			return a, err
		}
	}
	kind, encoded, _ := strings.Cut(strings.TrimSpace(keyText), " ")
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(kind + " " + encoded))
	if err != nil || key.Type() != kind {
		return a, fmt.Errorf("no SSH key after the principals %s", who)
	}
	a.key = key.Marshal()
	return a, nil
}

// isKeyType tells a key's type from options: no option starts or looks so.
func isKeyType(word string) bool {
	for _, prefix := range []string{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"} {
		if strings.HasPrefix(word, prefix) && !strings.ContainsAny(word, `=,"`) {
			return true
		}
	}
	return false
}

// cutField cuts a line at the first blank outside quotes.
func cutField(s string) (field, rest string) { return cutOutside(s, " \t") }

func cutOption(s string) (option, rest string) { return cutOutside(s, ",") }

func cutOutside(s, at string) (before, after string) {
	quoted := false
	for i, c := range s {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted && strings.ContainsRune(at, c) {
			return s[:i], strings.TrimLeft(s[i+1:], " \t")
		}
	}
	return s, ""
}

func (a *allowed) option(option string) (err error) {
	name, value, _ := strings.Cut(option, "=")
	value = strings.Trim(value, `"`)
	switch name = strings.ToLower(name); {
	case name == "namespaces" && value != "":
		a.namespaces = strings.Split(value, ",")
	case name == "valid-after":
		a.after, err = parseValidity(value)
	case name == "valid-before":
		a.before, err = parseValidity(value)
	case name == "cert-authority":
		return fmt.Errorf("cert-authority is not supported: list the keys themselves")
	default:
		return fmt.Errorf("unknown option %q: known are namespaces, valid-after and valid-before", option)
	}
	return err
}

// parseValidity reads OpenSSH's time; without a Z it is UTC here too, so that everybody agrees.
func parseValidity(s string) (time.Time, error) {
	digits := strings.TrimSuffix(s, "Z")
	for _, layout := range []string{"20060102", "200601021504", "20060102150405"} {
		if t, err := time.Parse(layout, digits); err == nil && len(digits) == len(layout) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("bad time %q: write it as in 20261123Z or 20261123091200Z", s)
}

// admits says why a key may not sign what a person committed at a time; "" where it may.
func (all signers) admits(key []byte, email string, at time.Time) string {
	why := "its key is not in " + casefile.SignersFile
	for _, a := range all {
		if !bytes.Equal(a.key, key) {
			continue
		}
		switch {
		case !matches(a.principals, email):
			why = fmt.Sprintf("its key is %s's, and %s committed", strings.Join(a.principals, ","), email)
		case len(a.namespaces) > 0 && !matches(a.namespaces, namespace):
			why = "its key is not for git"
		case !a.after.IsZero() && at.Before(a.after):
			why = "its key was not valid yet"
		case !a.before.IsZero() && at.After(a.before):
			why = "its key was no longer valid"
		default:
			return ""
		}
	}
	return why
}

// matches reports whether one of OpenSSH's patterns fits, and none that keeps out does.
func matches(patterns []string, text string) bool {
	fits := false
	for _, p := range patterns {
		p, out := strings.CutPrefix(p, "!")
		if wild(p, text) {
			if out {
				return false
			}
			fits = true
		}
	}
	return fits
}

// wild is OpenSSH's pattern: * is any text, ? any one character. It never tries an earlier * again, so
// that no pattern takes long.
func wild(pattern, text string) bool {
	star, again := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, again = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			again++
			p, t = star+1, again
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
