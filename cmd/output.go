package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"casebook/casefile"
)

// outputFlag chooses between the three ways of printing one value.
func outputFlag() cli.Flag {
	return &cli.StringFlag{Name: "output", Usage: "print as `FORMAT`: table, json or yaml", Value: "table"}
}

// dryRunFlag is on every verb that commits.
func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Usage: "do all but the commit, and say what it would be"}
}

// reads are the flags of a verb that only looks.
func reads(flags ...cli.Flag) []cli.Flag { return append(flags, outputFlag()) }

// writes are the flags of a verb that commits.
func writes(flags ...cli.Flag) []cli.Flag { return append(flags, dryRunFlag()) }

// table is rows under titles; a single thing is a table of two columns without titles.
type table struct {
	titles []string
	rows   [][]string
	empty  string // what to say instead of nothing
}

// print shows one value in the way --output says; the table is how people see it.
func (c *call) print(value any, t table) error {
	switch format := c.String("output"); format {
	case "json":
		return printJSON(c.Stdout, value)
	case "yaml":
		text, err := casefile.Encode(value)
		if err != nil {
			return err
		}
		_, err = c.Stdout.Write(text)
		return err
	case "table":
		return c.printTable(t)
	default:
		return usage(fmt.Sprintf("--output: unknown format %q", format), "--output table, --output json or --output yaml")
	}
}

func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func (c *call) printTable(t table) error {
	if len(t.rows) == 0 {
		if t.empty != "" {
			c.talk("%s", t.empty)
		}
		return nil
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.titles}, t.rows...) {
		if row == nil {
			continue
		}
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = casefile.OneLine(cell)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for i, l := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		l = strings.TrimRight(l, " ")
		if i == 0 && t.titles != nil {
			l = c.paint(c.Stdout, bold, l)
		}
		if _, err := fmt.Fprintln(c.Stdout, l); err != nil {
			return err
		}
	}
	return nil
}

const (
	bold = "\x1b[1m"
	red  = "\x1b[31m"
)

// paint colours text for a terminal; each stream is judged by itself.
func (a *app) paint(w io.Writer, colour, text string) string {
	if a.plain || a.Getenv("NO_COLOR") != "" || a.Getenv("TERM") == "dumb" || !terminal(w) {
		return text
	}
	return colour + text + "\x1b[0m"
}

func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
