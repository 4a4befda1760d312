package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The parts that strange requests are made of: right ones, nearly right ones, and rubbish.
var (
	strangeMethods = []string{"GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"}
	strangeWords   = []string{"", "0", "-1", "1", "01", "1.0", "2", "99", "999999999", "1000000000", "99999999999999999999", "%00", "..", ".", "a b",
		"20261123-ws-017", "20261123-WS", "2026-ws", "\xff", "é", "acme", "zenith", strings.Repeat("a", 3000)}
	strangeHeaders = map[string][]string{
		"Range":               {"bytes=0-4", "bytes=-0", "bytes=-5", "bytes=5-2", "bytes=0-0,2-2,4-4", "bytes=" + strings.Repeat("0-0,", 900) + "1-1", "bytes=", "=", "pages=1-2", "bytes=99-", "bytes=0-99999999999999999999"},
		"If-Range":            {`"x"`, `W/"x"`, "TAG", "Mon, 23 Nov 2026 09:12:00 GMT"},
		"If-Match":            {`"x"`, "*", "TAG", "W/TAG", `"x", TAG`, "x", ""},
		"If-None-Match":       {`"x"`, "*", "TAG", "W/TAG", `"x", TAG`, `"`, ",,,"},
		"If-Modified-Since":   {"Mon, 23 Nov 2026 09:12:00 GMT", "yesterday"},
		"If-Unmodified-Since": {"Thu, 01 Jan 1970 00:00:00 GMT", "yesterday"},
		"Prefer":              {"wait=1", "wait=0", "wait=-1", "wait=99999999999999999999", "wait", "wait=", `wait="`, "respond-async, wait=1;a=b"},
		"Accept-Encoding":     {"gzip", "gzip;q=0", "*", "*;q=0", "br", "gzip;q=x", "identity;q=0"},
		"Accept":              {"text/html", "application/json;q=0"},
		"Content-Type":        {"application/json", "application/json; charset=utf-8", "application/json; charset", "application/zip", "text/plain", "multipart/form-data", ";", "a/b/c"},
		"Content-Encoding":    {"gzip", "identity"},
		"Content-Digest":      {"sha-256=:WJG1tSLV3whtD/CxEPvZ0hu0/HFj+8NNCKKuvYRvbgM=:", "sha-256=", "md5=:AAAA:", "sha-256=:AAAA:", ",", "sha-256=:" + strings.Repeat("A", 2000) + ":"},
		"Content-Disposition": {`attachment; filename="a.zip"`, `attachment; filename="../a"`, "attachment; filename*=UTF-8''%00", "attachment;", `x="`},
		"Authorization":       {"Bearer", "Bearer ", "Basic", "Basic !", "Basic Og==", "Digest x", strings.Repeat("x", 3000)},
		"X-Request-Id":        {"mine", "a\tb"},
		"Expect":              {"100-continue", "200-ok"},
		"Host":                {"", "localhost", "evil.example", "[::1"},
	}
	strangeBodies = []string{"", "{}", "[]", "null", `{"event":"applied"}`, `{"event":"applied","sha256":"DIGEST"}`, `{"event":"applied","version":"1"}`,
		`{"event":"applied","sha256":"DIGEST","at":"2026-11-23T09:12:60Z"}`, `{"event":"applied","sha256":"DIGEST","at":"9999-12-31T23:59:59-23:59"}`,
		`{"event":"applied","sha256":"DIGEST","at":"0000-01-01T00:00:00Z"}`, `{"event":1e999}`, `{"event":"applied","sha256":"DIGEST","result":"\ud800"}`,
		strings.Repeat(`{"a":`, 10000), strings.Repeat("[", 60000), "PK\x03\x04", zipOf("x"), "\x00\x01\xff"}
)

// A request made of anything is answered as described, and as one that is wrong or right: never as one the
// server fails at.
func TestStrangeRequestsAreAnsweredAsDescribed(t *testing.T) {
	b, _ := withEvidence(t, zipOf("evidence"))
	p := b.upload(b.receive("acme", "ws-019"), "a.bin", "the bytes")
	s := b.serve()
	tag := s.ask("GET", "/v1/patterns", acmeToken).Header.Get("Etag")
	fill := strings.NewReplacer("DIGEST", string(p.File.SHA256), "TAG", tag)
	rapid.Check(t, func(rt *rapid.T) {
		r := strangeRequest(rt, fill, string(p.File.SHA256))
		w := httptest.NewRecorder()
		s.api.ServeHTTP(w, r)
		if w.Code >= 500 {
			rt.Errorf("%s %q: %d %s", r.Method, r.URL, w.Code, w.Body)
		}
	})
	if log := s.log.String(); strings.Contains(log, "panic") {
		t.Errorf("the log: %s", log)
	}
}

// strangeRequest is one of any part in any place.
func strangeRequest(rt *rapid.T, fill *strings.Replacer, digest string) *http.Request {
	word := rapid.OneOf(rapid.SampledFrom(strangeWords), rapid.SampledFrom([]string{"1", digest, "20261123-ws-017"}), rapid.StringN(0, 10, 40))
	form := rapid.SampledFrom([]string{"/v1/patterns", "/v1/patterns/%s", "/v1/patterns/%s/receipts", "/v1/files/%s", "/v1/cases", "/v1/cases/%s",
		"/v1/cases/%s/forensics", "/%s", "/v1/%s", "/v1/patterns/", "//v1/patterns", "/v1"}).Draw(rt, "form")
	path := form
	if strings.Contains(form, "%s") {
		path = fmt.Sprintf(form, url.PathEscape(word.Draw(rt, "word")))
	}
	at := &url.URL{Scheme: "http", Host: "localhost", RawPath: path}
	at.Path, _ = url.PathUnescape(path)
	at.RawQuery = rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"endpoint=ws-1", "endpoint=ws-1&file=a.zip", "account=acme", "account=zenith", "endpoint=&endpoint=", "%zz", "a;b", "endpoint=%00"}), rapid.String()).Draw(rt, "query")
	body := fill.Replace(rapid.OneOf(rapid.SampledFrom(strangeBodies), rapid.String()).Draw(rt, "body"))
	r := httptest.NewRequest("GET", "http://localhost/", strings.NewReader(body))
	r.Method, r.URL, r.RequestURI = rapid.SampledFrom(strangeMethods).Draw(rt, "method"), at, at.RequestURI()
	if token := rapid.SampledFrom([]string{acmeToken, acmeToken, janeToken, bobToken, zenithToken, oldToken, ""}).Draw(rt, "token"); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for name, values := range strangeHeaders {
		if rapid.IntRange(0, 5).Draw(rt, name) == 0 {
			r.Header.Add(name, fill.Replace(rapid.SampledFrom(values).Draw(rt, name+" value")))
		}
	}
	return r
}
