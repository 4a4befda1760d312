package cmd

import (
	"fmt"
	"strings"

	"casebook/casefile"
)

// printProblems shows each problem as compilers do, with the line and a caret below the place.
func (c *call) printProblems(ps casefile.Problems) error {
	for _, p := range ps {
		text := casefile.Visible(p.String())
		if p.Severity() == casefile.Warning {
			text += " (warning)"
		}
		fmt.Fprintf(c.Stdout, "%s [%s]\n", text, p.Rule)
		if line, caret := excerpt(p.Source, p.Column); line != "" {
			fmt.Fprintf(c.Stdout, "    %s\n", line)
			if caret != "" {
				fmt.Fprintf(c.Stdout, "    %s\n", caret)
			}
		}
		if hint := p.Advice(); hint != "" {
			fmt.Fprintf(c.Stdout, "    hint: %s\n", casefile.OneLine(hint))
		}
	}
	return nil
}

// excerpt is so much of a line as fits a terminal, and the caret that goes below; a tab
// stays one, so that the caret is moved as far as the text is.
func excerpt(line string, column int) (text, caret string) {
	const most, before = 100, 60
	if strings.TrimSpace(line) == "" {
		return "", ""
	}
	runes, at := []rune(casefile.Visible(line)), column-1
	if at > before && len(runes) > most {
		cut := min(at-before, len(runes)-before)
		runes, at = append([]rune("…"), runes[cut:]...), at-cut+1
	}
	if at >= 0 && at <= len(runes) {
		caret = strings.Map(func(r rune) rune {
			if r == '\t' {
				return r
			}
			return ' '
		}, string(runes[:at])) + "^"
	}
	if len(runes) > most {
		runes = append(runes[:most], '…')
	}
	return string(runes), caret
}

func (c *call) printProblemsJSON(ps casefile.Problems) error {
	return printJSON(c.Stdout, append(casefile.Problems{}, ps...))
}

// annotate prints workflow commands, which GitHub shows on the lines of the pull request.
// Messages and properties are escaped by different rules.
func (c *call) annotate(ps casefile.Problems) error {
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, p := range ps {
		place := "file=" + property.Replace(p.File)
		if p.Line > 0 {
			place += fmt.Sprintf(",line=%d", p.Line)
		}
		if p.Column > 0 {
			place += fmt.Sprintf(",col=%d", p.Column)
		}
		text := p.Text
		if hint := p.Advice(); hint != "" {
			text += "\nhint: " + hint
		}
		fmt.Fprintf(c.Stdout, "::%s %s,title=%s::%s\n", p.Severity(), place, property.Replace(string(p.Rule)), message.Replace(text))
	}
	return nil
}
