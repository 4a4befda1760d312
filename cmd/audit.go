package cmd

import (
	"fmt"

	"casebook/casefile"
	"casebook/repo"
)

// audit prints what an auditor must know of the whole history.
func audit(c *call, s *repo.Snapshot, format string) error {
	if c.arg(0) != "" || c.String("since") != "" {
		return usage("--check looks at all of history", "casebook history --check")
	}
	found, commits, unsigned, err := s.Audit(c.Context.Context, c.Now())
	if err != nil {
		return err
	}
	if format == "json" {
		err = printJSON(c.Stdout, append([]repo.Finding{}, found...))
	} else {
		t := table{titles: []string{"KIND", "COMMIT", "WHEN", "WHO", "WHAT"}}
		for _, f := range found {
			t.rows = append(t.rows, []string{string(f.Kind), f.Commit[:10], f.When.String(), f.Author, f.Text})
		}
		err = c.printRows(t, format)
	}
	if err != nil {
		return err
	}
	c.talk("%s, %d of them unsigned; %s", plural(commits, "commit"), unsigned, plural(len(found), "finding"))
	if len(found) > 0 {
		return &complaint{code: exitProblems, text: plural(len(found), "finding")}
	}
	return nil
}

// why prints where a file comes from, and who took it.
func why(c *call, s *repo.Snapshot, format string) error {
	digest, err := casefile.ParseDigest(c.String("why"))
	if err != nil {
		return usage("--why: "+err.Error(), "sha256sum FILE")
	}
	if c.arg(0) != "" || c.String("since") != "" {
		return usage("--why looks at all of history", "casebook history --why SHA256")
	}
	origins, err := s.Why(c.Context.Context, digest)
	if err != nil {
		return missing(err, "casebook pattern list, casebook case list")
	}
	if format == "json" {
		return printJSON(c.Stdout, origins)
	}
	var t table
	for _, o := range origins {
		t.rows = append(t.rows, originRows(o)...)
	}
	return c.printRows(t, format)
}

func originRows(o repo.Origin) [][]string {
	of := casefile.CaseRef{Account: o.Account, Key: o.Case}.String()
	rows := [][]string{{"File", o.File}, {"Case", of}}
	if o.Pattern != 0 {
		rows = append(rows, []string{"Pattern", casefile.PatternRef{Account: o.Account, ID: o.Pattern}.String()})
	} else {
		rows = append(rows, []string{"", "its forensic data"})
	}
	rows = append(rows, []string{"Commit", o.Commit}, []string{"When", o.When.String()}, []string{"Author", o.Author}, []string{"Signature", o.Signature})
	for _, t := range o.Takers {
		note := ""
		if t.Event == casefile.EventDownloaded {
			note = map[bool]string{true: ", digest right", false: ", digest WRONG"}[t.Right]
		}
		rows = append(rows, []string{"Taken", fmt.Sprintf("%s by %s at %s%s", t.Event, t.Mitigator, t.When, note)})
	}
	return rows
}

// printRows prints a table as people or spreadsheets read it.
func (c *call) printRows(t table, format string) error {
	if format == "csv" {
		rows := t.rows
		if t.titles != nil {
			rows = append([][]string{t.titles}, rows...)
		}
		return casefile.WriteCSV(c.Stdout, rows)
	}
	return c.printTable(t)
}
