package serve

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"casebook/casefile"
)

// report is the body of POST /v1/patterns/ID/receipts: what the mitigator did. The words
// of a result are those of the threat event logs; unknown ones are taken as they come.
type report struct {
	Event    casefile.Event  `json:"event"`
	At       *string         `json:"at"` // by the mitigator's clock
	SHA256   casefile.Digest `json:"sha256"`
	Version  string          `json:"version"`
	Endpoint string          `json:"endpoint"`
	Result   string          `json:"result"`
}

const largestReport = 64 << 10

// rfc3339 is the form of a time; package time also takes one digit for an hour, and a comma.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// receipt answers POST /v1/patterns/ID/receipts. An entry that was withdrawn, or whose
// case was closed, is still reported on: what was observed was observed.
func (a *api) receipt(c call) error {
	id, err := casefile.ParsePatternID(c.Param("id"))
	of := c.by.of.held.Patterns[id]
	if err != nil || of == nil || of.Type == casefile.None {
		return &notFound
	}
	report, err := readReport(c.w, c.Request())
	if err != nil {
		return err
	}
	receipt, err := report.receipt(of.Type)
	if err != nil {
		return badRequest.because("%v", err)
	}
	receipt.At = casefile.At(a.now())
	fresh, err := a.recorder.record(line{c.by.of.account, id, c.by.name, receipt})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusAccepted
		a.metrics.receipts.WithLabelValues(string(receipt.Event)).Inc()
		a.log.Info("receipt", "request", idOf(c.w), "account", c.by.of.account, "pattern", id, "mitigator", c.by.name, "event", receipt.Event)
	}
	return answer(c.Context, status, struct {
		Recorded bool `json:"recorded"`
	}{true})
}

// readReport reads one JSON object and nothing else.
func readReport(w http.ResponseWriter, r *http.Request) (report, error) {
	var got report
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || r.Header.Get("Content-Encoding") != "" {
		return got, unsupportedMedia.because("send application/json, not encoded")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestReport))
	if err == nil {
		err = got.read(body)
	} else {
		lastOn(w)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return got, tooLarge.because("a receipt has %d bytes at the most", largestReport)
	case err != nil:
		return got, badRequest.because("%s", complaint(err))
	}
	return got, nil
}

// read decodes one JSON object. To encoding/json EVENT is event, and of two of them the last counts;
// another reader may think otherwise of the same bytes, so neither is taken.
func (r *report) read(body []byte) error {
	if err := checkKeys(body, "event", "at", "sha256", "version", "endpoint", "result"); err != nil {
		return err
	}
	return json.Unmarshal(body, r)
}

// complaint says what is wrong with a body in the words of the sender, who knows nothing
// of our types and connections.
func complaint(err error) string {
	var kind *json.UnmarshalTypeError
	var network net.Error
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return kind.Field + ": a text belongs there, not a " + kind.Value
	case errors.As(err, &kind), err == io.EOF:
		return "the body is no JSON object"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return "the body is cut short"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// receipt is the report in the domain's words, if it says all that one about that kind of
// pattern must say.
func (r report) receipt(kind casefile.Type) (casefile.Receipt, error) {
	got := casefile.Receipt{Event: r.Event, SHA256: r.SHA256, Version: r.Version, Endpoint: r.Endpoint, Result: r.Result}
	if !slices.Contains(casefile.Events, r.Event) {
		return got, errors.New("event: one of downloaded, applied and failed")
	}
	if r.At != nil {
		at, err := time.Parse(time.RFC3339, *r.At)
		if err != nil || !rfc3339.MatchString(*r.At) {
			return got, errors.New("at: RFC 3339, UTC, e.g. 2026-11-23T09:12:00Z")
		}
		got.Happened = casefile.At(at)
		if year := got.Happened.Time().Year(); year < 2000 || year > 9999 {
			return got, errors.New("at: not a time of this millennium")
		}
	}
	switch {
	case kind.Custom() && r.SHA256 == "":
		return got, errors.New("sha256: missing; a custom pattern is known by its digest")
	case !kind.Custom() && r.Version == "":
		return got, errors.New("version: missing; a smart protection pattern is known by its version")
	case kind == casefile.SmartScan && r.Event == casefile.EventDownloaded:
		return got, errors.New("event: a smart scan pattern stays on its server, no mitigator downloads it")
	}
	return got, r.check()
}

func (r report) check() error {
	if r.SHA256 != "" {
		if _, err := casefile.ParseDigest(string(r.SHA256)); err != nil {
			return errors.New("sha256: " + err.Error())
		}
	}
	for _, text := range []struct{ name, value string }{{"version", r.Version}, {"endpoint", r.Endpoint}, {"result", r.Result}} {
		if text.value == "" {
			continue
		}
		if _, err := casefile.ParseLine(text.value); err != nil {
			return errors.New(text.name + ": " + err.Error())
		}
	}
	return nil
}
