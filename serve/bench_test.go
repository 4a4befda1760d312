package serve

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// silent is a response nobody reads; it is reused, as net/http's own are.
type silent struct{ header http.Header }

func (w *silent) Header() http.Header         { return w.header }
func (w *silent) Write(p []byte) (int, error) { return len(p), nil }
func (w *silent) WriteHeader(int)             {}

// BenchmarkPollNotModified is the hot path: what a fleet does all day.
func BenchmarkPollNotModified(b *testing.B) {
	s, _, _ := procedure(b)
	r := httptest.NewRequest(http.MethodGet, "/v1/patterns", nil)
	r.Header.Set("Authorization", "Bearer "+acmeToken)
	r.Header.Set("If-None-Match", s.ask("GET", "/v1/patterns", acmeToken).Header.Get("Etag"))
	w := &silent{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		s.api.ServeHTTP(w, r)
	}
}

// BenchmarkLookAtNothingNew is what an event costs that meant nothing.
func BenchmarkLookAtNothingNew(b *testing.B) {
	s, _, _ := procedure(b)
	b.ReportAllocs()
	for b.Loop() {
		s.look(b.Context())
	}
}
