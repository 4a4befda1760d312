package repo

import (
	"fmt"
	"strings"
)

// parseConfig reads git's configuration syntax and tells each key with its value, in order. A key
// without a value is true.
func parseConfig(file, text string, tell func(key, value string) error) error {
	p := &configParser{rest: strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff"), line: 1}
	section := "" // with its dot; before the first there is none
	for p.skipBlank() {
		at := p.line
		key, value, ok := "", "", false
		if p.rest[0] == '[' {
			section, ok = p.section()
			section += "."
		} else if key, value, ok = p.setting(); ok {
			if err := tell(section+key, value); err != nil {
				return err
			}
		}
		if !ok {
			return fmt.Errorf("%s:%d: this is no git configuration", file, at)
		}
	}
	return nil
}

type configParser struct {
	rest string
	line int
}

// take removes and returns the next byte; a newline at the end of the text.
func (p *configParser) take() byte {
	if p.rest == "" {
		return '\n'
	}
	c := p.rest[0]
	p.rest = p.rest[1:]
	if c == '\n' {
		p.line++
	}
	return c
}

// skipBlank goes to the next section or setting.
func (p *configParser) skipBlank() bool {
	for p.rest != "" {
		switch c := p.rest[0]; {
		case c == '#' || c == ';':
			p.skipLine()
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			p.take()
		default:
			return true
		}
	}
	return false
}

func (p *configParser) skipLine() {
	for p.take() != '\n' {
	}
}

// section reads [name] or [name "Sub Section"].
func (p *configParser) section() (string, bool) {
	p.take()
	n := 0
	for n < len(p.rest) && (isKeyByte(p.rest[n]) || p.rest[n] == '.') {
		n++
	}
	name := strings.ToLower(p.rest[:n])
	p.rest = strings.TrimLeft(p.rest[n:], " \t")
	if name == "" {
		return "", false
	}
	if strings.HasPrefix(p.rest, `"`) {
		sub, ok := p.subsection()
		if !ok {
			return "", false
		}
		name += "." + sub
	}
	return name, p.take() == ']'
}

func (p *configParser) subsection() (string, bool) {
	p.take()
	var sub strings.Builder
	for {
		switch c := p.take(); c {
		case '\n':
			return "", false
		case '"':
			return sub.String(), true
		case '\\':
			if c = p.take(); c == '\n' {
				return "", false
			}
			sub.WriteByte(c)
		default:
			sub.WriteByte(c)
		}
	}
}

// setting reads "key", or "key = value".
func (p *configParser) setting() (key, value string, ok bool) {
	n := 0
	for n < len(p.rest) && isKeyByte(p.rest[n]) {
		n++
	}
	key = strings.ToLower(p.rest[:n])
	p.rest = strings.TrimLeft(p.rest[n:], " \t")
	if key == "" {
		return "", "", false
	}
	if c := p.take(); c != '=' {
		return key, "true", c == '\n'
	}
	value, ok = p.value()
	return key, value, ok
}

// value reads to the end of the line: quotes keep blanks and comment signs, a backslash at the end goes
// on in the next line, and blanks around the whole do not count.
func (p *configParser) value() (string, bool) {
	var value strings.Builder
	quoted, blanks := false, ""
	for {
		c := p.take()
		switch {
		case c == '\n':
			return value.String(), !quoted
		case !quoted && (c == '#' || c == ';'):
			p.skipLine()
			return value.String(), true
		case !quoted && (c == ' ' || c == '\t' || c == '\r'):
			if value.Len() > 0 {
				blanks += string(c)
			}
			continue
		case c == '"':
			quoted = !quoted
			continue
		case c == '\\':
			next := p.take()
			if next == '\n' {
				continue
			}
			plain := strings.IndexByte(`ntb"\`, next)
			if plain < 0 {
				return "", false
			}
			c = "\n\t\b\"\\"[plain]
		}
		value.WriteString(blanks)
		value.WriteByte(c)
		blanks = ""
	}
}

func isKeyByte(c byte) bool {
	return c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
