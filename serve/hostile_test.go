package serve

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a client sends to any operation of the description, it gets one of the answers
// described there, and never one that says we are at fault.
func TestEveryAnswerToAnythingIsDescribed(t *testing.T) {
	s, p, other := procedure(t)
	digest := string(p.File.SHA256)
	var operations []string
	for path, item := range theDescription().Paths.Map() {
		for method := range item.Operations() {
			if strings.HasPrefix(path, "/v1/") {
				operations = append(operations, method+" "+path)
			}
		}
	}
	slices.Sort(operations)
	word := rapid.OneOf(
		rapid.SampledFrom([]string{"1", "2", "3", "0", "-1", "01", "999999999", digest, string(other.File.SHA256), "20261123-ws-017", "20261123-pc-1", "..", "%2e", "", "*", "acme"}),
		rapid.String())
	header := map[string]*rapid.Generator[string]{
		"Authorization":       rapid.SampledFrom([]string{"Bearer " + acmeToken, "Bearer " + acmeToken, "Bearer " + acmeToken, "Bearer " + acmeToken, "Bearer " + acmeToken, "Bearer " + acmeToken, "Bearer " + zenithToken, "Bearer " + oldToken, "Basic YTpi", "Basic", "bearer", "Digest x", ""}),
		"If-None-Match":       rapid.SampledFrom([]string{"*", `"x"`, `W/"x"`, `"sha256:` + digest + `"`, `"`, ",,", ""}),
		"If-Match":            rapid.SampledFrom([]string{"*", `"x"`, ""}),
		"If-Range":            rapid.SampledFrom([]string{`"sha256:` + digest + `"`, "x", "Mon, 23 Nov 2026 09:12:00 GMT", ""}),
		"Range":               rapid.SampledFrom([]string{"bytes=0-", "bytes=0-1,3-4", "bytes=-5", "bytes=99999-", "bytes=5-1", "bytes=", "lines=1-2", "bytes=0-0,0-0,0-0,0-0,0-0,0-0", "bytes=-99999999999999999999", ""}),
		"Accept-Encoding":     rapid.SampledFrom([]string{"gzip", "gzip;q=0", "*", "identity;q=0", ";;;", ""}),
		"Prefer":              rapid.SampledFrom([]string{"wait=0", "wait=-1", "wait=x", "wait", "respond-async", ""}),
		"Content-Type":        rapid.SampledFrom([]string{"application/json", "application/json; charset=utf-8", "application/zip", "text/plain", ";", ""}),
		"Content-Encoding":    rapid.SampledFrom([]string{"gzip", "", ""}),
		"Content-Digest":      rapid.SampledFrom([]string{"sha-256=:AAAA:", "sha-256=x", "md5=:AAAA:", "::", ""}),
		"Content-Disposition": rapid.SampledFrom([]string{`attachment; filename="a.zip"`, `attachment; filename="../a"`, "=;=", ""}),
	}
	value := rapid.OneOf(
		rapid.SampledFrom([]any{"downloaded", "applied", "failed", digest, "15.001.00", "2026-11-23T10:00:00Z", "", nil, true, 1e300, []any{}, map[string]any{}}),
		rapid.Map(rapid.String(), func(s string) any { return s }))
	report := rapid.MapOf(rapid.SampledFrom([]string{"event", "at", "sha256", "version", "endpoint", "result", "other"}), value)
	parameter := regexp.MustCompile(`\{\w+\}`)
	rapid.Check(t, func(t *rapid.T) {
		method, path, _ := strings.Cut(rapid.SampledFrom(operations).Draw(t, "operation"), " ")
		path = parameter.ReplaceAllStringFunc(path, func(string) string { return url.PathEscape(word.Draw(t, "parameter")) })
		if rapid.Bool().Draw(t, "query") {
			path += "?" + url.Values{"endpoint": {word.Draw(t, "endpoint")}, rapid.SampledFrom([]string{"file", "account", "x"}).Draw(t, "name"): {word.Draw(t, "value")}}.Encode()
		}
		var headers []string
		for _, name := range slices.Sorted(maps.Keys(header)) {
			if v := header[name].Draw(t, name); v != "" {
				headers = append(headers, name+": "+v)
			}
		}
		body := rapid.OneOf(rapid.SampledFrom([]string{"", "{", "null", "PK\x03\x04", "[]"}), rapid.Map(report, func(m map[string]any) string {
			data, _ := json.Marshal(m)
			return string(data)
		})).Draw(t, "body")
		if r := s.send(method, path, "", body, headers...); r.StatusCode >= 500 {
			t.Fatalf("%s %s %q %q: %d", method, path, headers, body, r.StatusCode)
		}
	})
}
