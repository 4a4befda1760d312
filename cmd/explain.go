package cmd

import (
	"fmt"
	"strings"

	"casebook/casefile"
)

// explainRule tells of one rule, or lists all of them.
func (c *call) explainRule(name string) error {
	if name == "" {
		t := table{titles: []string{"RULE", "SEVERITY", "DEMANDS"}}
		for _, e := range casefile.Rules() {
			t.rows = append(t.rows, []string{string(e.Rule), string(e.Severity), e.What})
		}
		return c.printTable(t)
	}
	var names []string
	for _, e := range casefile.Rules() {
		if string(e.Rule) == name {
			return c.printRule(e)
		}
		names = append(names, string(e.Rule))
	}
	if near := casefile.Nearest(name, names); near != "" {
		return usage(fmt.Sprintf("unknown rule %q, did you mean %q?", name, near), "casebook validate --explain "+near)
	}
	return usage(fmt.Sprintf("unknown rule %q", name), "casebook validate --explain")
}

func (c *call) printRule(e casefile.Explanation) error {
	_, err := fmt.Fprintf(c.Stdout, "%s (%s)\n\n%s\n%s\nWhat to do: %s.\n\nThis breaks the rule:\n\n%s\nThis keeps it:\n\n%s",
		e.Rule, e.Severity, e.What, e.Why, e.Hint, indented(e.Bad), indented(e.Good))
	return err
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + casefile.Visible(line))
	}
	return b.String()
}
