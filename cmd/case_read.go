package cmd

import (
	"fmt"
	"strings"

	"casebook/casefile"
	"casebook/repo"
)

// caseView is a case as the Case List shows it, with the entries made for it.
type caseView struct {
	*casefile.Case
	Title      string               `json:"title"`
	PatternIDs []casefile.PatternID `json:"pattern_ids"`
	Entries    []*patternView       `json:"patterns,omitempty"` // case show only
	Next       string               `json:"next,omitempty"`
}

func caseList(c *call, s *repo.Snapshot) error {
	status, err := choose(c, "status", casefile.Statuses...)
	if err != nil {
		return err
	}
	accounts, err := c.accounts(s, 0)
	if err != nil {
		return err
	}
	views := []caseView{}
	for _, account := range accounts {
		of, err := listCases(s, account)
		if err != nil {
			return err
		}
		for _, v := range of {
			if (status == "" || v.Status == status) && (c.String("endpoint") == "" || strings.EqualFold(v.Endpoint, c.String("endpoint"))) {
				views = append(views, v)
			}
		}
	}
	return c.print(views, caseTable(views))
}

func listCases(s *repo.Snapshot, account casefile.Account) ([]caseView, error) {
	cases, err := s.Cases(account)
	if err != nil {
		return nil, err
	}
	patterns, err := s.Patterns(account)
	if err != nil {
		return nil, err
	}
	ids := map[casefile.Key][]casefile.PatternID{}
	for _, p := range patterns {
		ids[p.Target.Case] = append(ids[p.Target.Case], p.ID)
	}
	views := make([]caseView, len(cases))
	for i, of := range cases {
		views[i] = caseView{Case: of, Title: of.Status.Title(), PatternIDs: append([]casefile.PatternID{}, ids[of.Key]...)}
	}
	return views, nil
}

func caseTable(views []caseView) table {
	t := table{
		titles: []string{"CASE", "CASE ID", "STATUS", "RECEIVED", "UPDATED", "MITIGATION SERVER", "PATTERN ID", "ENDPOINT"},
		empty:  "no cases: casebook case receive ACCOUNT --endpoint E --mitigator M --forensics FILE.zip",
	}
	for _, v := range views {
		t.rows = append(t.rows, []string{
			v.Ref().String(), v.CaseID, v.Title, v.Received.String(), casefile.OrNA(v.Updated.String()),
			string(v.MitigationServer), casefile.OrNA(numbers(v.PatternIDs)), v.Endpoint,
		})
	}
	return t
}

func numbers(ids []casefile.PatternID) string {
	var words []string
	for _, id := range ids {
		words = append(words, fmt.Sprint(int(id)))
	}
	return strings.Join(words, ", ")
}

func caseShow(c *call, s *repo.Snapshot) error {
	of, err := c.theCase(s)
	if err != nil {
		return err
	}
	entries, err := s.EntriesOf(of.Ref())
	if err != nil {
		return err
	}
	v := caseView{Case: of, Title: of.Status.Title(), PatternIDs: []casefile.PatternID{}, Next: of.Next(entries).String()}
	if v.Entries, err = c.viewPatterns(entries, func(casefile.Key) *casefile.Case { return of }); err != nil {
		return err
	}
	for _, p := range entries {
		v.PatternIDs = append(v.PatternIDs, p.ID)
	}
	return c.print(v, table{rows: v.rows()})
}

func (v caseView) rows() [][]string {
	rows := [][]string{
		{"Case", v.Ref().String()}, {"Case ID", casefile.OrNA(v.CaseID)}, {"Status", v.Title},
		{"Received", v.Received.String()}, {"Updated", casefile.OrNA(v.Updated.String())},
		{"Mitigation Server", string(v.MitigationServer)}, {"Endpoint", v.Endpoint},
		{"Forensic data", fmt.Sprintf("%s (%s)", v.ForensicData.File, bytesize(v.ForensicData.Size))},
		{"SHA-256", string(v.ForensicData.SHA256)},
	}
	for _, p := range v.Entries {
		rows = append(rows, []string{"Pattern ID " + fmt.Sprint(int(p.ID)), p.inWords()})
		for _, d := range p.Deliveries {
			rows = append(rows, []string{"", p.Pattern.Tell(d.Mitigator, d.Receipt)})
		}
	}
	if v.Closing != nil {
		rows = append(rows, []string{"Closed", v.Closing.At.String() + " by " + v.Closing.By}, []string{"Reason", v.Closing.Reason})
	}
	if v.Next != "" {
		rows = append(rows, []string{"Next step", v.Next})
	}
	return rows
}
