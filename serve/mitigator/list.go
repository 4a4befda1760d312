package mitigator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"

	"casebook/casefile"
)

// list is the answer to GET /v1/patterns, as far as a mitigator needs it.
type list struct {
	Account  casefile.Account `json:"account"`
	Patterns []entry          `json:"patterns"`
}

// entry is one pattern of the list.
type entry struct {
	ID       casefile.PatternID `json:"id"`
	Type     casefile.Type      `json:"type"`
	Version  string             `json:"version"`
	Case     casefile.Key       `json:"case"`
	Endpoint string             `json:"endpoint"`
	File     *file              `json:"file,omitempty"`
}

type file struct {
	Name   string          `json:"name"`
	Size   int64           `json:"size"`
	SHA256 casefile.Digest `json:"sha256"`
	URL    string          `json:"url"`
}

// largestList bounds what a server can make us hold in memory.
const largestList = 16 << 20

func (e entry) folder() string { return path.Join("patterns", strconv.Itoa(int(e.ID))) }
func (e entry) place() string  { return path.Join(e.folder(), e.File.Name) }

// part is the name of a download under way; no file name may start with a dot.
func (e entry) part() string { return path.Join(e.folder(), ".part") }

func (e entry) digest() casefile.Digest {
	if e.File == nil {
		return ""
	}
	return e.File.SHA256
}

// check refuses an entry whose words we would have to put into a path or an environment.
func (e entry) check() error {
	_, errID := casefile.ParsePatternID(strconv.Itoa(int(e.ID)))
	_, errVersion := casefile.ParseLine(e.Version)
	_, errEndpoint := casefile.ParseLine(e.Endpoint)
	_, errCase := casefile.ParseKey(string(e.Case))
	errs := []error{errID, errVersion, errEndpoint, errCase}
	if e.Type.Custom() {
		if e.File == nil {
			return errors.New("a custom pattern without a file")
		}
		_, errName := casefile.ParseFileName(e.File.Name)
		_, errDigest := casefile.ParseDigest(string(e.File.SHA256))
		errs = append(errs, errName, errDigest)
		if e.File.Size <= 0 {
			errs = append(errs, fmt.Errorf("size %d", e.File.Size))
		}
	}
	return errors.Join(errs...)
}

// poll asks for the list; it is nil if it is the one we know.
func (m *mitigator) poll(ctx context.Context) (*list, string, error) {
	header := http.Header{"Accept": {"application/json"}}
	if m.memory.ETag != "" && !m.unfinished() {
		header.Set("If-None-Match", m.memory.ETag)
	}
	r, err := m.ask(ctx, http.MethodGet, m.server.JoinPath("/v1/patterns"), header, nil)
	if err != nil {
		return nil, "", err
	}
	defer r.Body.Close()
	switch r.StatusCode {
	case http.StatusNotModified:
		return nil, "", nil
	case http.StatusOK:
	default:
		return nil, "", refusal(r)
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, largestList+1))
	if err != nil {
		return nil, "", fmt.Errorf("pattern list: %w", err)
	}
	if len(data) > largestList {
		return nil, "", fmt.Errorf("pattern list: more than %d bytes", largestList)
	}
	var l list
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, "", fmt.Errorf("pattern list: %w", err)
	}
	return &l, r.Header.Get("ETag"), m.belongs(l.Account)
}

// unfinished reports whether a downloaded pattern waits for a command that an earlier run
// was not given; then the list is wanted even if it has not changed.
func (m *mitigator) unfinished() bool {
	for _, p := range m.memory.Patterns {
		if p.Stage == downloaded && m.words != nil {
			return true
		}
	}
	return false
}

// belongs ties the folder to the first account it is used for.
func (m *mitigator) belongs(a casefile.Account) error {
	if _, err := casefile.ParseAccount(string(a)); err != nil {
		return fmt.Errorf("pattern list: account: %w", err)
	}
	if m.memory.Account == "" {
		m.memory.Account = a
	}
	if m.memory.Account != a {
		return fmt.Errorf("%s: %w: it was used for %s, and the token is one of %s", m.folder, ErrOtherAccount, m.memory.Account, a)
	}
	return nil
}
