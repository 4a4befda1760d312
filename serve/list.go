package serve

import (
	"bytes"
	"encoding/json"

	"casebook/casefile"
)

// list is the body of GET /v1/patterns: what a customer's mitigators are told. It holds
// nothing that is not in the commit, so that equal content is equal bytes.
type list struct {
	Account  casefile.Account   `json:"account"`
	Latest   casefile.PatternID `json:"latest"` // ever given, listed or not: it never falls, so a smaller one is an older list
	Patterns []listed           `json:"patterns"`
}

// listed is one entry of a list, and the body of GET /v1/patterns/ID.
type listed struct {
	ID          casefile.PatternID `json:"id"`
	Type        casefile.Type      `json:"type"`
	Version     string             `json:"version"`
	Description string             `json:"description"`
	Uploaded    casefile.Time      `json:"uploaded"`
	Case        casefile.Key       `json:"case"`
	CaseID      string             `json:"case_id,omitempty"` // once the vendor issued it
	Endpoint    string             `json:"endpoint"`
	File        *listedFile        `json:"file,omitempty"` // custom patterns only
	ReissueOf   casefile.PatternID `json:"reissue_of,omitempty"`
}

type listedFile struct {
	Name   string          `json:"name"`
	Size   int64           `json:"size"`
	SHA256 casefile.Digest `json:"sha256"`
	URL    string          `json:"url"` // relative to the server
}

func newList(h *casefile.Holdings) list {
	l := list{Account: h.Account, Patterns: []listed{}}
	for id := range h.Patterns {
		l.Latest = max(l.Latest, id)
	}
	for _, p := range h.List() {
		l.Patterns = append(l.Patterns, newListed(p, h.Cases.Get(p.Target.Case)))
	}
	return l
}

func newListed(p *casefile.Pattern, of *casefile.Case) listed {
	e := listed{
		ID: p.ID, Type: p.Type, Version: p.Version, Description: p.Description, Uploaded: p.Uploaded,
		Case: of.Key, CaseID: of.CaseID, Endpoint: of.Endpoint, ReissueOf: p.ReissueOf,
	}
	if p.File != nil {
		e.File = &listedFile{p.File.Name, p.File.Size, p.File.SHA256, "/v1/files/" + string(p.File.SHA256)}
	}
	return e
}

// encode is v as one line of JSON, spelt as people read it ("<" is "<").
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
