package mitigator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"casebook/casefile"
)

// receipt is a report the server has not answered yet. It keeps the time of what
// happened, by which the server knows it again.
type receipt struct {
	Pattern casefile.PatternID `json:"pattern"`
	Report  report             `json:"report"`
}

// report is the body of POST /v1/patterns/ID/receipts.
type report struct {
	Event    casefile.Event  `json:"event"`
	At       casefile.Time   `json:"at"`
	SHA256   casefile.Digest `json:"sha256,omitempty"`
	Version  string          `json:"version,omitempty"`
	Endpoint string          `json:"endpoint,omitempty"`
	Result   string          `json:"result,omitempty"`
}

// note puts a receipt into the memory; the caller makes that durable.
func (m *mitigator) note(e entry, event casefile.Event, got casefile.Digest, result string) {
	r := report{Event: event, At: casefile.At(m.Now()), SHA256: got, Endpoint: e.Endpoint, Result: result}
	if e.File == nil {
		r.Version = e.Version
	}
	m.memory.Receipts = append(m.memory.Receipts, receipt{e.ID, r})
}

// send hands in what was noted, in order. One that the server refuses for good is
// dropped, or it would keep all later ones back.
func (m *mitigator) send(ctx context.Context) error {
	for len(m.memory.Receipts) > 0 {
		first := m.memory.Receipts[0]
		err := m.post(ctx, first)
		var refused *Refused
		switch {
		case err == nil:
			m.result.Receipts++
		case errors.As(err, &refused) && refused.final():
			m.Log.Error("receipt refused", "pattern", first.Pattern, "event", first.Report.Event, "error", err)
		default:
			return err
		}
		m.memory.Receipts = m.memory.Receipts[1:]
		if err := m.remember(); err != nil {
			return err
		}
	}
	return nil
}

func (m *mitigator) post(ctx context.Context, of receipt) error {
	body, err := json.Marshal(of.Report)
	if err != nil {
		return err
	}
	err = m.servers.try(ctx, func(server *url.URL) error {
		return m.postTo(ctx, server.JoinPath("/v1/patterns", strconv.Itoa(int(of.Pattern)), "receipts"), body)
	})
	if err != nil {
		return fmt.Errorf("receipt for pattern %d: %w", of.Pattern, err)
	}
	return nil
}

func (m *mitigator) postTo(ctx context.Context, to *url.URL, body []byte) error {
	r, err := m.ask(ctx, http.MethodPost, to, http.Header{"Content-Type": {"application/json"}}, bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK && r.StatusCode != http.StatusAccepted {
		return m.refusal(r)
	}
	return nil
}
