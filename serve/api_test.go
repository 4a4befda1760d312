package serve

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"casebook/casefile"

	"github.com/labstack/echo/v4"
)

// procedure is a casebook with one entry of each kind, of an open case of acme, and one
// custom entry of zenith.
func procedure(t testing.TB) (*service, *casefile.Pattern, *casefile.Pattern) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	p := b.upload(c, "lpt$vpn.123", "the bytes of the pattern")
	b.specify(c, casefile.SmartScanAgent)
	b.specify(c, casefile.SmartScan)
	b.specify(c, casefile.None)
	other := b.upload(b.receive("zenith", "pc-1"), "z.bin", "zenith's own bytes")
	return b.serve(), p, other
}

func TestTheListHoldsWhatTheMitigatorsAreTold(t *testing.T) {
	s, p, _ := procedure(t)
	r := s.ask("GET", "/v1/patterns", acmeToken)
	digest := string(p.File.SHA256)
	want := `{"account":"acme","latest":4,"patterns":[` +
		`{"id":1,"type":"bandage","version":"6.123.45","description":"for ws-017","uploaded":"2026-11-23T09:12:00Z","case":"20261123-ws-017","endpoint":"ws-017",` +
		`"file":{"name":"lpt$vpn.123","size":24,"sha256":"` + digest + `","url":"/v1/files/` + digest + `"}},` +
		`{"id":2,"type":"smart-scan-agent","version":"15.001.00","description":"for all","uploaded":"2026-11-23T09:12:00Z","case":"20261123-ws-017","endpoint":"ws-017"},` +
		`{"id":3,"type":"smart-scan","version":"15.001.00","description":"for all","uploaded":"2026-11-23T09:12:00Z","case":"20261123-ws-017","endpoint":"ws-017"}]}` + "\n"
	if got := bodyOf(r); r.StatusCode != 200 || got != want {
		t.Errorf("%d\n%s\nwant\n%s", r.StatusCode, got, want)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding",
		"Casebook-Commit": s.current.Load().commit, "Content-Length": fmt.Sprint(len(want)),
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := bodyOf(s.ask("GET", "/v1/patterns/2", acmeToken)); !strings.HasPrefix(got, `{"id":2,"type":"smart-scan-agent"`) {
		t.Errorf("entry 2: %s", got)
	}
}

func TestTheListIsCompressedAndTaggedPerEncoding(t *testing.T) {
	s, _, _ := procedure(t)
	plain := s.ask("GET", "/v1/patterns", acmeToken)
	packed := s.ask("GET", "/v1/patterns", acmeToken, "Accept-Encoding: gzip")
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Etag") == plain.Header.Get("Etag") {
		t.Fatalf("encoding %q, tags %s and %s", packed.Header.Get("Content-Encoding"), packed.Header.Get("Etag"), plain.Header.Get("Etag"))
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := io.ReadAll(z); string(data) != bodyOf(plain) {
		t.Error("the compressed list says something else")
	}
	for encoding, tag := range map[string]string{"identity": plain.Header.Get("Etag"), "gzip": packed.Header.Get("Etag")} {
		r := s.ask("GET", "/v1/patterns", acmeToken, "Accept-Encoding: "+encoding, "If-None-Match: "+tag)
		if body := bodyOf(r); r.StatusCode != 304 || body != "" || r.Header.Get("Etag") != tag || r.Header.Get("Vary") == "" {
			t.Errorf("%s: %d %q %v", encoding, r.StatusCode, body, r.Header)
		}
	}
}

func TestOnlyIfItIsThatVersion(t *testing.T) {
	s, _, _ := procedure(t)
	for _, path := range []string{"/v1/patterns", "/v1/patterns/1"} {
		tag := s.ask("GET", path, acmeToken).Header.Get("Etag")
		isProblem(t, s.ask("GET", path, acmeToken, `If-Match: "x"`), 412, "precondition-failed")
		isProblem(t, s.ask("GET", path, acmeToken, "If-Match: W/"+tag, "If-None-Match: "+tag), 412, "precondition-failed")
		for _, c := range []struct {
			method, match, known string
			status               int
		}{
			{"HEAD", `"x"`, "", 412}, {"GET", tag, "", 200}, {"GET", "*", "", 200}, {"GET", tag, tag, 304}, {"HEAD", tag, tag, 304},
		} {
			r := s.ask(c.method, path, acmeToken, "If-Match: "+c.match, "If-None-Match: "+c.known, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT")
			if r.StatusCode != c.status {
				t.Errorf("%s %s if it is %s: %s, want %d", c.method, path, c.match, r.Status, c.status)
			}
		}
	}
}

func TestEveryRouteAnswersHead(t *testing.T) {
	s, p, _ := procedure(t)
	for _, path := range []string{"/v1/patterns", "/v1/patterns/1", "/v1/files/" + string(p.File.SHA256)} {
		get, head := s.ask("GET", path, acmeToken), s.ask("HEAD", path, acmeToken)
		if head.StatusCode != 200 || bodyOf(head) != "" {
			t.Errorf("HEAD %s: %d with a body", path, head.StatusCode)
		}
		for name := range get.Header {
			if name == requestID {
				continue
			}
			if get.Header.Get(name) != head.Header.Get(name) {
				t.Errorf("%s: %s is %q for GET and %q for HEAD", path, name, get.Header.Get(name), head.Header.Get(name))
			}
		}
	}
	for _, path := range []string{"/livez", "/readyz", "/status"} {
		w := httptest.NewRecorder()
		s.console.ServeHTTP(w, httptest.NewRequest("HEAD", "http://localhost"+path, nil))
		if w.Code != 200 {
			t.Errorf("HEAD %s: %d", path, w.Code)
		}
	}
	head := map[string]bool{}
	routes := echoOf(s).Routes()
	for _, r := range routes {
		head[r.Path] = head[r.Path] || r.Method == http.MethodHead
	}
	for _, r := range routes {
		if r.Method == http.MethodGet && !head[r.Path] {
			t.Errorf("%s answers GET, and not HEAD", r.Path)
		}
	}
}

func echoOf(s *service) *echo.Echo {
	a := &api{publisher: s.publisher, recorder: s.recorder, forensics: &forensics{publisher: s.publisher}}
	return a.router()
}

func TestMethodsAndPathsThatAreNone(t *testing.T) {
	s, p, _ := procedure(t)
	digest := string(p.File.SHA256)
	for _, c := range []struct {
		method, path string
		status       int
		word         string
	}{
		{"DELETE", "/v1/patterns", 405, "method-not-allowed"},
		{"POST", "/v1/patterns", 405, "method-not-allowed"},
		{"PUT", "/v1/patterns/1", 405, "method-not-allowed"},
		{"BREW", "/v1/files/" + digest, 405, "method-not-allowed"},
		{"GET", "/v1/patterns/1/receipts", 405, "method-not-allowed"},
		{"GET", "/", 404, "not-found"},
		{"GET", "/v1", 404, "not-found"},
		{"GET", "/livez", 404, "not-found"},
		{"GET", "/v2/patterns", 404, "not-found"},
		{"GET", "/v1/patterns/", 404, "not-found"},
		{"GET", "/v1/patterns/1/", 404, "not-found"},
		{"GET", "/v1//patterns", 404, "not-found"},
		{"GET", "//v1/patterns", 404, "not-found"},
		{"GET", "/v1/patterns/01", 404, "not-found"},
		{"GET", "/v1/patterns/+1", 404, "not-found"},
		{"GET", "/v1/patterns/%31", 404, "not-found"},
		{"GET", "/v1%2Fpatterns", 404, "not-found"},
		{"GET", "/v1/patterns/99999999999999999999", 404, "not-found"},
		{"GET", "/v1/patterns/4", 404, "not-found"}, // none is told to nobody
		{"GET", "/v1/patterns/5", 404, "not-found"},
		{"GET", "/v1/files/" + strings.ToUpper(digest), 404, "not-found"},
		{"GET", "/v1/files/" + digest + "/", 404, "not-found"},
		{"GET", "/v1/files/..%2F..%2Fjournal", 404, "not-found"},
		{"GET", "/v1/files/../journal", 404, "not-found"},
		{"GET", "/v1/files/" + strings.Repeat("0", 64), 404, "not-found"},
		{"POST", "/v1/patterns/5/receipts", 404, "not-found"},
		{"POST", "/v1/patterns/1/receipts/", 404, "not-found"},
	} {
		r := s.ask(c.method, c.path, acmeToken)
		if r.StatusCode == 405 && r.Header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", c.method, c.path)
		}
		if r.Header.Get("Casebook-Commit") == "" {
			t.Errorf("%s %s: no Casebook-Commit", c.method, c.path)
		}
		t.Run(c.method+" "+c.path, func(t *testing.T) { isProblem(t, r, c.status, c.word) })
	}
}

func TestNothingIsPublishedBeforeTheFirstGoodCommit(t *testing.T) {
	b := emptyBook(t)
	s := b.serve()
	r := s.ask("GET", "/v1/patterns", acmeToken)
	if r.Header.Get("Retry-After") == "" || r.Header.Get("Casebook-Commit") != "" {
		t.Errorf("headers %v", r.Header)
	}
	isProblem(t, r, 503, "not-published")
	if code, _ := s.admin("/readyz"); code != 503 {
		t.Errorf("/readyz: %d", code)
	}
	if code, _ := s.admin("/livez"); code != 200 {
		t.Errorf("/livez: %d", code)
	}
	b.begin()
	s.look(t.Context())
	if got := bodyOf(s.ask("GET", "/v1/patterns", acmeToken)); got != `{"account":"acme","latest":0,"patterns":[]}`+"\n" {
		t.Errorf("an empty list is %s", got)
	}
	if code, _ := s.admin("/readyz"); code != 200 {
		t.Errorf("/readyz: %d", code)
	}
}

func TestAPanicIsAProblem(t *testing.T) {
	s, _, _ := procedure(t)
	s.recorder.journal = nil
	isProblem(t, s.report(acmeToken, 2, `{"event":"applied","version":"1"}`), 500, "internal")
	if !strings.Contains(s.log.String(), "nil pointer") {
		t.Errorf("the log does not say why:\n%s", s.log)
	}
}

func TestBodiesWithoutALengthAreRefused(t *testing.T) {
	s, _, _ := procedure(t)
	r := httptest.NewRequest("POST", "/v1/patterns/2/receipts", strings.NewReader("{}"))
	r.TransferEncoding = []string{"chunked"}
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	isProblem(t, w.Result(), 400, "bad-request")
}

func TestStatusIsJSON(t *testing.T) {
	s, _, _ := procedure(t)
	s.ask("GET", "/v1/patterns", acmeToken)
	code, body := s.admin("/status")
	var got status
	if err := json.Unmarshal([]byte(body), &got); err != nil || code != 200 {
		t.Fatalf("%d %v\n%s", code, err, body)
	}
	if got.Branch != "main" || got.Commit != s.current.Load().commit || len(got.Customers) != 2 || got.Customers[0].Listed != 3 || got.Customers[0].ETag == "" {
		t.Errorf("%s", body)
	}
	if len(got.Mitigators) != 4 || got.Mitigators[0].LastContact != today || !got.Mitigators[1].LastContact.IsZero() || !got.Mitigators[2].Revoked {
		t.Errorf("mitigators %+v", got.Mitigators)
	}
}
