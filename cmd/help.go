package cmd

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

// help prints what a command is for, its flags and an example. Commands keep their
// examples in Description, one a line.
func (a *app) help(tree *cli.App, l line) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	if l.leaf == nil {
		fmt.Fprintf(w, "casebook: %s\n\nUsage: casebook [flags] NOUN VERB [arguments and flags, in any order]\n", tree.Usage)
		helpCommands(w, "", tree.Commands)
	} else {
		name := strings.Join(append([]string{"casebook"}, l.words...), " ")
		fmt.Fprintf(w, "%s: %s\n\nUsage: %s\n", name, l.leaf.Usage, strings.TrimSpace(name+" "+usageOf(l.leaf)))
		helpCommands(w, strings.Join(l.words, " ")+" ", l.leaf.Subcommands)
		helpFlags(w, "Flags", l.leaf.Flags)
		if l.leaf.Description != "" {
			fmt.Fprintf(w, "\nExample:\n  %s\n", strings.ReplaceAll(l.leaf.Description, "\n", "\n  "))
		}
	}
	helpFlags(w, "Flags of every command", globals)
	if l.leaf == nil {
		fmt.Fprint(w, helpEnd)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(a.Stdout, b.String())
	return err
}

const helpEnd = `
CASE is a key, ACCOUNT/KEY or the vendor's Case ID; PATTERN is ACCOUNT/ID.

Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 problems found.
casebook NOUN VERB --help tells more, with an example.
`

func usageOf(c *cli.Command) string {
	if len(c.Subcommands) > 0 {
		return "VERB"
	}
	if len(c.Flags) == 0 {
		return c.ArgsUsage
	}
	return strings.TrimSpace(c.ArgsUsage + " [flags]")
}

func helpCommands(w *tabwriter.Writer, before string, commands []*cli.Command) {
	if len(commands) == 0 {
		return
	}
	fmt.Fprint(w, "\nCommands:\n")
	for _, c := range commands {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(w, "  %s\t%s\n", strings.TrimSpace(before+c.Name+" "+c.ArgsUsage), c.Usage)
		for _, s := range c.Subcommands {
			fmt.Fprintf(w, "    %s\t%s\n", strings.TrimSpace(c.Name+" "+s.Name+" "+s.ArgsUsage), s.Usage)
		}
	}
}

func helpFlags(w *tabwriter.Writer, title string, flags []cli.Flag) {
	if len(flags) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for _, f := range flags {
		d := f.(cli.DocGenerationFlag)
		value, text := placeholder(d.GetUsage())
		if !d.TakesValue() {
			value = ""
		}
		if r, ok := f.(cli.RequiredFlag); ok && r.IsRequired() {
			text += " (required)"
		} else if d.TakesValue() && d.GetValue() != "" {
			text += " (" + d.GetValue() + ")"
		}
		fmt.Fprintf(w, "  %s\t%s\n", strings.TrimSpace(dashed(f.Names()[0])+" "+value), text)
	}
}

// placeholder takes the word in back quotes out of a flag's usage, as the library does.
func placeholder(usage string) (value, text string) {
	before, rest, found := strings.Cut(usage, "`")
	if !found {
		return "VALUE", usage
	}
	value, after, _ := strings.Cut(rest, "`")
	return value, before + value + after
}
