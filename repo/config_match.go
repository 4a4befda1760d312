package repo

import (
	"regexp"
	"strings"
)

// matchPath matches as git does in an includeIf: * and ? stop at a slash, ** does not.
func matchPath(pattern, path string, anyCase bool) bool {
	var b strings.Builder
	b.WriteString("^")
	for rest := pattern; rest != ""; {
		n, expression := nextGlob(rest, len(rest) == len(pattern) || pattern[len(pattern)-len(rest)-1] == '/')
		b.WriteString(expression)
		rest = rest[n:]
	}
	b.WriteString("$")
	expression := b.String()
	if anyCase {
		expression = "(?i)" + expression
	}
	match, err := regexp.Compile(expression)
	return err == nil && match.MatchString(path)
}

// nextGlob turns the first part of a pattern into a regular expression; n is how long the part is.
func nextGlob(rest string, atWord bool) (n int, expression string) {
	switch {
	case atWord && strings.HasPrefix(rest, "**/"):
		return 3, "(?:.*/)?"
	case atWord && rest == "**":
		return 2, ".*"
	case strings.HasPrefix(rest, "**"):
		return 2, "[^/]*"
	case rest[0] == '*':
		return 1, "[^/]*"
	case rest[0] == '?':
		return 1, "[^/]"
	case rest[0] == '[':
		if end := strings.IndexByte(rest, ']'); end > 1 {
			return end + 1, strings.Replace(rest[:end+1], "[!", "[^", 1)
		}
	case rest[0] == '\\' && len(rest) > 1:
		return 2, regexp.QuoteMeta(rest[1:2])
	}
	return 1, regexp.QuoteMeta(rest[:1])
}
