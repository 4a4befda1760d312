package cmd

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"casebook/casefile"
	"casebook/repo"
)

// plan says in Markdown what a change will do, for a comment on a pull request.
func (c *call) plan() error {
	p, err := c.proposal()
	if err != nil {
		return err
	}
	defer p.Close()
	plans, err := p.Plan()
	if err != nil {
		return err
	}
	if len(plans) == 0 {
		_, err := fmt.Fprintln(c.Stdout, "This change touches no case, pattern or customer.")
		return err
	}
	var b strings.Builder
	for i, one := range plans {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "### %s\n\n", cmp.Or(string(one.Account), "The casebook"))
		for _, r := range one.Records {
			fmt.Fprintf(&b, "- %s\n", plannedRecord(r))
		}
		for _, pattern := range one.Gains {
			fmt.Fprintf(&b, "- **%s's list gains pattern %d** (%s); %s\n", one.Account, pattern.ID, patternFacts(pattern), taken(pattern, one.Mitigators))
		}
		for _, pattern := range one.Loses {
			fmt.Fprintf(&b, "- **%s's list loses pattern %d** (%s)\n", one.Account, pattern.ID, patternFacts(pattern))
		}
	}
	_, err = fmt.Fprint(c.Stdout, b.String())
	return err
}

func patternFacts(p *casefile.Pattern) string {
	if p.File != nil {
		return fmt.Sprintf("%s, %s", p.Type, bytesize(p.File.Size))
	}
	return fmt.Sprintf("%s, version %s", p.Type, markdown(p.Version))
}

func taken(p *casefile.Pattern, mitigators int) string {
	if p.File != nil {
		return plural(mitigators, "mitigator") + " will download it"
	}
	return plural(mitigators, "mitigator") + " will be told of it"
}

// plannedRecord is one line about a record: for a case its move, and then what else changes.
func plannedRecord(r repo.PlannedRecord) string {
	switch {
	case r.Path == casefile.SignersFile:
		return markdown(r.Path) + ": **who may sign changes**"
	case r.Gone:
		return markdown(r.Path) + ": **deleted**"
	case r.Is == nil:
		return markdown(r.Path) + ": **cannot be read**"
	case r.Was == nil:
		return title(r.Is) + ": new" + born(r.Is)
	}
	move, fields := "", r.Fields
	if was, ok := r.Was.(*casefile.Case); ok && was.Status != r.Is.(*casefile.Case).Status {
		is := r.Is.(*casefile.Case)
		move = was.Status.Title() + " → " + is.Status.Title()
		if is.Closing != nil {
			move += ": " + markdown(is.Closing.Reason)
		}
	}
	if was, ok := r.Was.(*casefile.Pattern); ok {
		move = ticked(was, r.Is.(*casefile.Pattern))
	}
	var rest []string
	for _, d := range fields {
		if !told(d.Field, move) {
			rest = append(rest, d.Field+" "+changeOf(d))
		}
	}
	if len(rest) > 0 {
		move += map[bool]string{true: "; "}[move != ""] + strings.Join(rest, ", ")
	}
	return title(r.Is) + ": " + cmp.Or(move, "comments and the like")
}

// told reports whether a field's change goes without saying beside what was said.
func told(field, move string) bool {
	top, _, _ := strings.Cut(field, ".")
	switch top {
	case "target":
		return strings.Contains(move, "resolved")
	case "withdrawn":
		return strings.Contains(move, top)
	}
	return field == "updated" || move != "" && (top == "status" || top == "closing")
}

// ticked is what was done with an entry; "" where it was neither resolved nor withdrawn.
func ticked(was, is *casefile.Pattern) string {
	var done []string
	switch before, now := was.Target.Resolved, is.Target.Resolved; {
	case before == nil && now != nil:
		done = append(done, "resolved by "+markdown(now.By))
	case before != nil && now == nil:
		done = append(done, "no longer resolved")
	}
	if was.Withdrawn == nil && is.Withdrawn != nil {
		done = append(done, "withdrawn: "+markdown(is.Withdrawn.Reason))
	}
	return strings.Join(done, "; ")
}

func changeOf(d casefile.Difference) string {
	switch {
	case d.From == "":
		return markdown(d.To)
	case d.To == "":
		return "taken away"
	}
	return markdown(d.From) + " → " + markdown(d.To)
}

func title(r casefile.Record) string {
	switch r := r.(type) {
	case *casefile.Case:
		return r.Ref().String()
	case *casefile.Pattern:
		return "pattern " + r.Ref().String()
	case *casefile.Mitigator:
		return "mitigator " + r.Ref()
	case *casefile.Operator:
		return "operator " + string(r.Name)
	case *casefile.Customer:
		return "customer " + string(r.Account)
	}
	return path.Base(r.Path())
}

// born is what to know of a new record.
func born(r casefile.Record) string {
	switch r := r.(type) {
	case *casefile.Case:
		return ", " + r.Status.Title()
	case *casefile.Pattern:
		return fmt.Sprintf(", %s for %s: %s", r.Type.Title(), r.Target.Case, markdown(r.Description))
	}
	return ""
}

// markdown is text from a file that can neither format the comment nor call anybody in it.
func markdown(s string) string {
	const special = "\\`*_{}[]()#+!|<>~@&"
	var b strings.Builder
	for _, r := range short(s, 120) {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
