package casefile

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// spell is a text as the canonical form writes it.
func (k kind) spell(text string, flow bool) string {
	switch {
	case k == number || k == moment:
		return text
	case k == plain && plainable(text, flow):
		return text
	}
	return double(text)
}

// double is a text in double quotes, with the escapes that JSON has too.
func double(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// singleable reports whether a text can stand in single quotes, which know no escapes.
func singleable(text string) bool { return !strings.ContainsFunc(text, escaped) }

func single(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func escaped(r rune) bool { return r == '\n' || r == '\t' || hidden(r) }

// plainable reports whether a text can stand without quotes and no reader of YAML 1.1 or
// 1.2 takes it for anything but that text.
func plainable(text string, flow bool) bool {
	return obvious(text) || plainByYAML(text, flow)
}

// plainByYAML asks a reader of YAML.
func plainByYAML(text string, flow bool) bool {
	switch {
	case text == "" || strings.TrimSpace(text) != text || strings.ContainsFunc(text, escaped):
		return false
	case strings.ContainsRune("?:,[]{}#&*!|>'\"%@`=", rune(text[0])):
		return false
	case strings.HasPrefix(text, "- "), text == "-", strings.HasPrefix(text, "---"), strings.HasPrefix(text, "..."):
		return false
	case strings.Contains(text, ": "), strings.HasSuffix(text, ":"), strings.Contains(text, " #"):
		return false
	case flow && strings.ContainsAny(text, ",[]{}:?"):
		return false
	}
	node := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	return node.ShortTag() == stringTag && !yaml11.MatchString(text)
}

// yaml11 are the texts that some reader of YAML takes for something else, yaml.v3 not:
// merge keys, truth values, numbers with underscores, and base 60, as in 12:30:45.
var yaml11 = regexp.MustCompile(`^(?i:<<|y|n|yes|no|on|off|true|false|null|nan|[-+]?\.?inf|\.nan)$|` +
	`^[-+]?(?i:0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_.]*)?(e[-+]?[0-9]+)?|\.[0-9_.]+(e[-+]?[0-9]+)?)$|` +
	`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?$`)
