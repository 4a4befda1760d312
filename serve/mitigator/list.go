package mitigator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"

	"casebook/casefile"
)

// list is the answer to GET /v1/patterns, as far as a mitigator needs it.
type list struct {
	Account  casefile.Account   `json:"account"`
	Latest   casefile.PatternID `json:"latest"` // ever given to the account; it never falls
	Patterns []entry            `json:"patterns"`
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

// is reports whether two entries of one number are the same pattern. They are not after a
// casebook was set back and has given the number again.
func (e entry) is(other entry) bool {
	return e.Case == other.Case && e.digest() == other.digest() && (e.File != nil || e.Version == other.Version)
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
func (m *mitigator) poll(ctx context.Context) (l *list, etag string, err error) {
	err = m.servers.try(ctx, func(server *url.URL) (err error) {
		l, etag, err = m.pollAt(ctx, server.JoinPath("/v1/patterns"))
		return err
	})
	return l, etag, err
}

func (m *mitigator) pollAt(ctx context.Context, at *url.URL) (*list, string, error) {
	header := http.Header{"Accept": {"application/json"}}
	if m.memory.ETag != "" && !m.unfinished() {
		header.Set("If-None-Match", m.memory.ETag)
	}
	if m.Wait > 0 {
		header.Set("Prefer", fmt.Sprintf("wait=%d", int(m.Wait.Seconds())))
	}
	begun := m.Now()
	r, err := m.ask(ctx, http.MethodGet, at, header, nil)
	if err != nil {
		return nil, "", err
	}
	defer r.Body.Close()
	m.polled = polled{waited: m.Wait > 0, held: applied(r.Header), took: m.Now().Sub(begun)}
	switch r.StatusCode {
	case http.StatusNotModified:
		return nil, "", nil
	case http.StatusOK:
	default:
		return nil, "", m.refusal(r)
	}
	l, err := readList(r.Body)
	if err != nil {
		return nil, "", fmt.Errorf("pattern list: %w", err)
	}
	m.polled.changed = true
	return l, r.Header.Get("ETag"), errors.Join(m.belongs(l.Account), m.newer(l))
}

func readList(body io.Reader) (*list, error) {
	data, err := io.ReadAll(io.LimitReader(body, largestList+1))
	if err == nil && len(data) > largestList {
		err = fmt.Errorf("more than %d bytes", largestList)
	}
	if err != nil {
		return nil, err
	}
	l := &list{}
	return l, json.Unmarshal(data, l)
}

// newer refuses a list from before one that we have seen: a casebook that was set back
// would have us forget what it once told.
func (m *mitigator) newer(l *list) error {
	seen := m.memory.Latest
	switch {
	case l.Latest >= seen:
	case m.AllowRollback:
		m.Log.Warn("the list is older than one seen before, as allowed", "latest", l.Latest, "seen", seen)
	default:
		return fmt.Errorf("pattern list: %w: its latest pattern is %d, and %d was seen", ErrRollback, l.Latest, seen)
	}
	return nil
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
