package cmd

import (
	"net/url"

	"casebook/casefile"
)

// What follows is so much of SARIF 2.1.0 as we have something to say for, under its names.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifMessage `json:"shortDescription"`
		Full    sarifMessage `json:"fullDescription"`
		Help    sarifMessage `json:"help"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level casefile.Severity `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    casefile.Rule     `json:"ruleId"`
		RuleIndex int               `json:"ruleIndex"`
		Level     casefile.Severity `json:"level"`
		Message   sarifMessage      `json:"message"`
		Locations []sarifLocation   `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"` // none where the whole file is meant
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn,omitempty"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

func (c *call) printSARIF(ps casefile.Problems) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "casebook", Version: Version, Rules: []sarifRule{}}}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	index := map[casefile.Rule]int{}
	for i, e := range casefile.Rules() {
		index[e.Rule] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: string(e.Rule), Short: sarifMessage{e.What}, Full: sarifMessage{e.What + " " + e.Why},
			Help: sarifMessage{e.Why + " " + e.Hint}, Default: sarifDefault{e.Severity},
		})
	}
	for _, p := range ps {
		run.Results = append(run.Results, sarifResult{
			RuleID: p.Rule, RuleIndex: index[p.Rule], Level: p.Severity(),
			Message:   sarifMessage{casefile.Visible(p.Text + "; " + p.Advice())},
			Locations: []sarifLocation{{sarifPlaceOf(p)}},
		})
	}
	return printJSON(c.Stdout, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

func sarifPlaceOf(p casefile.Problem) sarifPlace {
	place := sarifPlace{Artifact: sarifArtifact{(&url.URL{Path: p.File}).String(), "%SRCROOT%"}}
	if p.Line > 0 {
		place.Region = &sarifRegion{p.Line, p.Column}
	}
	return place
}
