package repo

import (
	"path"
	"strconv"
	"strings"

	"casebook/casefile"
)

// attributesFile is the lines of a .gitattributes file. Only what may change bytes is looked at: whether git
// keeps a file as it is. Matching is our own, for go-git's fails on some patterns.
type attributesFile []attributeLine

type attributeLine struct {
	pattern string // "" where the line defines a macro
	macro   string
	words   []string
}

func parseAttributes(text string) (all attributesFile) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if quoted, err := strconv.QuotedPrefix(line); err == nil {
			pattern, _ := strconv.Unquote(quoted)
			all = append(all, attributeLine{pattern: pattern, words: strings.Fields(line[len(quoted):])})
			continue
		}
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' || words[0][0] == '!' {
			continue // git, too, passes over patterns that begin with !
		}
		one := attributeLine{pattern: words[0], words: words[1:]}
		if name, ok := strings.CutPrefix(words[0], "[attr]"); ok {
			one.pattern, one.macro = "", name
		}
		all = append(all, one)
	}
	return all
}

// keep reports whether git leaves the bytes of a file alone.
func (all attributesFile) keep(file string) bool {
	macros := map[string][]string{"binary": {"-diff", "-merge", "-text"}}
	for _, line := range all {
		if line.macro != "" {
			macros[line.macro] = line.words
		}
	}
	state := map[string]string{}
	for _, line := range all {
		if line.macro == "" && matchesFile(line.pattern, file) {
			apply(line.words, macros, state, 0)
		}
	}
	for _, name := range []string{"filter", "ident", "working-tree-encoding"} {
		if value, given := state[name]; given && value != "-" {
			return false
		}
	}
	return state["text"] == "-"
}

// apply gives attributes the values that words say: - is unset, + is set.
func apply(words []string, macros map[string][]string, state map[string]string, depth int) {
	for _, word := range words {
		name, value, given := strings.Cut(word, "=")
		switch {
		case given:
			state[name] = value
		case word[0] == '-':
			state[word[1:]] = "-"
		case word[0] == '!':
			delete(state, word[1:])
		default:
			state[word] = "+"
			if depth < len(macros) { // or a macro that names itself would have no end
				apply(macros[word], macros, state, depth+1)
			}
		}
	}
}

// matchesFile reports whether a pattern, as git writes it in attributes, fits a file.
func matchesFile(pattern, file string) bool {
	pattern = strings.ReplaceAll(pattern, "[!", "[^")
	if !strings.Contains(pattern, "/") {
		return fits(pattern, path.Base(file))
	}
	return fitsBelow(strings.Split(strings.TrimPrefix(pattern, "/"), "/"), strings.Split(file, "/"))
}

func fitsBelow(patterns, parts []string) bool {
	switch {
	case len(patterns) == 0 || len(parts) == 0:
		return len(patterns) == len(parts)
	case patterns[0] == "**" && len(patterns) == 1:
		return true
	case patterns[0] == "**":
		return fitsBelow(patterns[1:], parts) || fitsBelow(patterns, parts[1:])
	}
	return fits(patterns[0], parts[0]) && fitsBelow(patterns[1:], parts[1:])
}

func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// attributes warns of a file that does not keep git from converting the bytes of a pattern: one that is
// there, or any.
func (j *judgement) attributes(c changedFile) error {
	lost := func(what string) {
		j.blame(c.path, "", casefile.RuleAttributes, "no longer keeps git from converting %s", what)
	}
	if c.deleted() || !isRegular(c.is.Mode) {
		lost("the bytes of patterns")
		return nil
	}
	text, err := j.is.Bytes(c.path)
	if err != nil {
		return err
	}
	all := parseAttributes(string(text))
	if !all.keep(casefile.PatternsDir("a") + "/1/a") {
		lost("the bytes of patterns")
		return nil
	}
	accounts, err := j.is.Accounts()
	for _, a := range accounts {
		files, err := j.is.files(casefile.PatternsDir(a))
		if err != nil {
			return err
		}
		for _, f := range files {
			if isPatternBytes(f.path) && !all.keep(f.path) {
				lost("the bytes of " + f.path)
				return nil
			}
		}
	}
	return err
}
