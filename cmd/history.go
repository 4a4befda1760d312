package cmd

import (
	"io"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

func (a *app) historyCommand() *cli.Command {
	return &cli.Command{
		Name: "history", ArgsUsage: "[CASE|PATTERN|ACCOUNT]", Usage: "tell who did what, when and why, read from git, oldest first",
		Description: "casebook history 20261123-ws-017\ncasebook history acme --since 2026-11-01 --output csv\ncasebook history --check",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "since", Usage: "leave out what was before `TIME`, as in 2026-11-23 or 2026-11-23T09:12:00Z"},
			&cli.BoolFlag{Name: "check", Usage: "tell what an auditor must know: bad signatures, moves outside the table, records removed or left out, published history replaced, clocks that went wrong"},
			&cli.StringFlag{Name: "why", Usage: "tell where the file with this `SHA256` comes from, and who took it"},
			&cli.StringFlag{Name: "output", Usage: "print as `FORMAT`: table, json or csv", Value: "table"},
		},
		Action: a.read(history),
	}
}

func history(c *call, s *repo.Snapshot) error {
	format, err := choose(c, "output", "table", "json", "csv")
	if err != nil {
		return err
	}
	if s.Shallow() {
		c.talk("this is a shallow clone: what was done before it was cut off is told of its first commits; git fetch --unshallow brings all")
	}
	switch {
	case c.Bool("check"):
		return audit(c, s, format)
	case c.IsSet("why"):
		return why(c, s, format)
	}
	since, err := c.since()
	if err != nil {
		return err
	}
	about, err := s.FindSubject(c.arg(0))
	if err != nil {
		return missing(err, "casebook customer list", "casebook case list", "casebook pattern list")
	}
	events, err := s.History(c.Context.Context, about, since)
	if err != nil {
		return err
	}
	if len(events) == 0 && since.IsZero() {
		return failed("history never knew "+about.String(), "casebook case list", "casebook pattern list")
	}
	switch format {
	case "json":
		return printJSON(c.Stdout, append([]repo.Event{}, events...))
	case "csv":
		return printCSV(c.Stdout, events)
	}
	return c.printTable(historyTable(events))
}

// since is a flag that holds a day or a moment, in UTC.
func (c *call) since() (time.Time, error) {
	given := c.String("since")
	if given == "" {
		return time.Time{}, nil
	}
	t, err := casefile.ParseSince(given)
	if err != nil {
		return t, usage("--since: "+err.Error(), "--since 2026-11-23, or --since 2026-11-23T09:12:00Z")
	}
	return t, nil
}

func historyTable(events []repo.Event) table {
	t := table{titles: []string{"WHEN", "WHO", "WHAT", "SIGNATURE", "COMMIT"}, empty: "nothing since then"}
	for _, e := range events {
		t.rows = append(t.rows, []string{e.When.String(), e.Author, e.Words(), e.Signature, e.Commit[:10]})
	}
	return t
}

func printCSV(to io.Writer, events []repo.Event) error {
	rows := [][]string{slices.Clone(repo.EventColumns)}
	for _, e := range events {
		rows = append(rows, e.Cells())
	}
	return casefile.WriteCSV(to, rows)
}
