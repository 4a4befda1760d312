package cmd

import (
	"fmt"

	"casebook/casefile"
	"casebook/repo"
)

// patternView is an entry as the Pattern List shows it, with what was observed of it.
type patternView struct {
	*casefile.Pattern
	Status     casefile.PatternStatus `json:"status"`
	CaseID     string                 `json:"case_id,omitempty"`
	Deliveries []deliveryView         `json:"deliveries"`
	Endpoint   string                 `json:"endpoint,omitempty"`
}

// deliveryView is one receipt, and whether the mitigator had the right thing.
type deliveryView struct {
	Mitigator casefile.Name `json:"mitigator"`
	casefile.Receipt
	Right bool `json:"right"`
}

// viewPatterns puts the deliveries beside the entries.
func (c *call) viewPatterns(entries []*casefile.Pattern, caseOf func(casefile.Key) *casefile.Case) ([]*patternView, error) {
	observed, err := c.book.Deliveries()
	if err != nil {
		return nil, err
	}
	defer observed.Close()
	views := make([]*patternView, len(entries))
	for i, p := range entries {
		of, err := observed.DeliveriesOf(p.Ref())
		if err != nil {
			return nil, err
		}
		v := &patternView{Pattern: p, Status: p.Status(of), Deliveries: []deliveryView{}}
		if k := caseOf(p.Target.Case); k != nil {
			v.CaseID, v.Endpoint = k.CaseID, k.Endpoint
		}
		for _, d := range of {
			for _, r := range d.Receipts {
				v.Deliveries = append(v.Deliveries, deliveryView{d.Mitigator, r, p.Right(r)})
			}
		}
		views[i] = v
	}
	return views, nil
}

func patternList(c *call, s *repo.Snapshot) error {
	status, err := choose(c, "status", casefile.PatternStatuses...)
	if err != nil {
		return err
	}
	accounts, err := c.accounts(s, 0)
	if err != nil {
		return err
	}
	views := []*patternView{}
	for _, account := range accounts {
		of, err := c.listPatterns(s, account)
		if err != nil {
			return err
		}
		for _, v := range of {
			if status == "" || v.Status == status {
				views = append(views, v)
			}
		}
	}
	return c.print(views, patternTable(views))
}

func (c *call) listPatterns(s *repo.Snapshot, account casefile.Account) ([]*patternView, error) {
	patterns, err := s.Patterns(account)
	if err != nil {
		return nil, err
	}
	caseOf := func(k casefile.Key) *casefile.Case {
		of := &casefile.Case{Account: account, Key: k}
		if s.Get(of) != nil {
			return nil // validate reports it; the list shows the key
		}
		return of
	}
	return c.viewPatterns(patterns, caseOf)
}

func patternTable(views []*patternView) table {
	t := table{
		titles: []string{"PATTERN ID", "TYPE", "FILE NAME", "STATUS", "VERSION", "UPLOADED", "UPLOADED BY", "DESCRIPTION", "TARGET CASE ID", "RESOLVED"},
		empty:  "no patterns: casebook pattern upload CASE FILE --type bandage --version V --description D",
	}
	for _, v := range views {
		name, target, resolved := "", v.CaseID, ""
		if v.File != nil {
			name = v.File.Name
		}
		if target == "" {
			target = string(v.Target.Case)
		}
		if v.Target.Resolved != nil {
			resolved = "yes"
		}
		t.rows = append(t.rows, []string{
			v.Ref().String(), v.Type.Title(), casefile.OrNA(name), v.Status.Title(), casefile.OrNA(v.Version), v.Uploaded.String(),
			v.UploadedBy, short(v.Description, 40), target, resolved,
		})
	}
	return t
}

func patternShow(c *call, s *repo.Snapshot) error {
	p, of, err := c.thePattern(s)
	if err != nil {
		return err
	}
	views, err := c.viewPatterns([]*casefile.Pattern{p}, func(casefile.Key) *casefile.Case { return of })
	if err != nil {
		return err
	}
	return c.print(views[0], table{rows: views[0].rows(of)})
}

func (v *patternView) rows(of *casefile.Case) [][]string {
	rows := [][]string{
		{"Pattern ID", v.Ref().String()}, {"Type", v.Type.Title()}, {"Status", v.Status.Title()},
		{"Version", casefile.OrNA(v.Version)}, {"Uploaded", v.Uploaded.String()}, {"Uploaded By", v.UploadedBy},
		{"Description", v.Description},
	}
	if v.File != nil {
		rows = append(rows, []string{"File Name", v.File.Name}, []string{"Size", bytesize(v.File.Size)}, []string{"SHA-256", string(v.File.SHA256)})
	}
	if v.ReissueOf != 0 {
		rows = append(rows, []string{"Reissue of", fmt.Sprint(int(v.ReissueOf))})
	}
	rows = append(rows,
		[]string{"Target Case", of.Ref().String()}, []string{"Case ID", casefile.OrNA(v.CaseID)},
		[]string{"Received", of.Received.String()}, []string{"Endpoint", v.Endpoint}, []string{"Resolved", stamped(v.Target.Resolved)})
	if v.Withdrawn != nil {
		rows = append(rows, []string{"Withdrawn", stamped(&v.Withdrawn.Stamp) + ": " + v.Withdrawn.Reason})
	}
	for _, d := range v.Deliveries {
		rows = append(rows, []string{"Delivery", v.Pattern.Tell(d.Mitigator, d.Receipt)})
	}
	return rows
}

func stamped(s *casefile.Stamp) string {
	if s == nil {
		return "no"
	}
	return s.At.String() + " by " + s.By
}

// inWords is an entry in one line, for a case's page.
func (v *patternView) inWords() string {
	words := v.Type.Title()
	if v.Version != "" {
		words += " " + v.Version
	}
	words += ", " + v.Status.Title()
	if v.Target.Resolved != nil {
		words += ", Resolved"
	}
	return words + ": " + short(v.Description, 60)
}
