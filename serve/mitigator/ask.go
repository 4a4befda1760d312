package mitigator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Refused is an answer of the server that is not what was asked for.
type Refused struct {
	Status     int
	Title      string // of the problem document, if it was one
	Detail     string
	RetryAfter time.Duration `json:"-"` // how long it asked us to stay away; 0 if it did not
}

func (e *Refused) Error() string {
	text := fmt.Sprintf("the server answers %d %s", e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		return text + ": " + e.Detail
	}
	if e.Title != "" {
		return text + ": " + e.Title
	}
	return text
}

// Is makes every 401 an ErrUnauthorized.
func (e *Refused) Is(target error) bool {
	return target == ErrUnauthorized && e.Status == http.StatusUnauthorized
}

// final reports whether asking the same again would be answered the same.
func (e *Refused) final() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// ask makes one small request.
func (m *mitigator) ask(ctx context.Context, method string, at *url.URL, header http.Header, body *bytes.Reader) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		content = body
	}
	r, err := http.NewRequestWithContext(ctx, method, at.String(), content)
	if err != nil {
		return nil, err
	}
	r.Header = header
	return m.do(r)
}

// do makes a request with the token; without one the certificate says who asks.
func (m *mitigator) do(r *http.Request) (*http.Response, error) {
	if m.Token != "" {
		r.Header.Set("Authorization", "Bearer "+m.Token)
	}
	r.Header.Set("User-Agent", "casebook-mitigate")
	return m.Client.Do(r)
}

// refusal is what an unwanted answer says, without trusting it to be short or JSON.
func (m *mitigator) refusal(r *http.Response) error {
	e := &Refused{Status: r.StatusCode, RetryAfter: readRetryAfter(r.Header, m.Now())}
	data, err := io.ReadAll(io.LimitReader(r.Body, 16<<10))
	if err == nil && r.Header.Get("Content-Type") == "application/problem+json" {
		_ = json.Unmarshal(data, e) // a document that is none leaves the status alone
		e.Status = r.StatusCode
	}
	return e
}
