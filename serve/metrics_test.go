package serve

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// metric is a line of /metrics, without its name; "" if it is not there.
func (s *service) metric(name string) string {
	s.Helper()
	code, page := s.admin("/metrics")
	if code != 200 {
		s.Fatalf("/metrics: %d", code)
	}
	return metricIn(page, name)
}

func metricIn(page, name string) string {
	for line := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func TestWhatIsCounted(t *testing.T) {
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", long("the bytes"))
	s := b.serve()
	etag := s.ask("GET", "/v1/patterns", acmeToken).Header.Get("Etag")
	s.ask("GET", "/v1/patterns", acmeToken, "If-None-Match: "+etag)
	s.ask("GET", "/v1/patterns", secondToken, "If-None-Match: "+etag)
	s.ask("GET", "/v1/patterns", "nobody's")
	s.ask("GET", "/v1/patterns/99", acmeToken)
	file := "/v1/files/" + string(p.File.SHA256)
	s.ask("HEAD", file, acmeToken)
	s.ask("GET", file, acmeToken, "Range: bytes=0-9")
	s.ask("GET", file, acmeToken, "Range: bytes=99999-")
	for _, path := range []string{file, "/v1/patterns", "/v1/patterns/1"} {
		s.ask("GET", path, acmeToken, `If-Match: "another"`)
	}
	s.ask("GET", file, acmeToken, `If-None-Match: "sha256:`+string(p.File.SHA256)+`"`)
	s.ask("GET", file, acmeToken)
	receipt := `{"event":"downloaded","sha256":"` + string(p.File.SHA256) + `"}`
	for range 2 {
		s.report(acmeToken, p.ID, receipt)
	}
	b.commit(orphan("acme"))
	s.look(t.Context())
	s.look(t.Context())
	moment := strconv.FormatFloat(float64(today.Time().Unix()), 'g', -1, 64)
	for name, want := range map[string]string{
		`casebook_polls_total{answer="list"}`:                                                   "1",
		`casebook_polls_total{answer="unchanged"}`:                                              "2",
		`casebook_problems_total{type="unauthorized"}`:                                          "1",
		`casebook_problems_total{type="not-found"}`:                                             "1",
		`casebook_problems_total{type="range"}`:                                                 "1",
		`casebook_problems_total{type="precondition-failed"}`:                                   "3",
		`casebook_file_bytes_total`:                                                             fmt.Sprint(10 + p.File.Size),
		`casebook_receipts_total{event="downloaded"}`:                                           "1",
		`casebook_journal_pending`:                                                              "1",
		`casebook_refused_commits_total`:                                                        "1",
		`casebook_refused_problems{rule="unknown-record"}`:                                      "1",
		`casebook_published_commit_age_seconds`:                                                 "0",
		`casebook_rewound_total`:                                                                "0",
		`casebook_look_trouble`:                                                                 "0",
		`casebook_waiting`:                                                                      "0",
		`casebook_last_look_timestamp_seconds`:                                                  moment,
		`casebook_mitigator_last_contact_timestamp_seconds{account="acme",mitigator="tm-02"}`:   moment,
		`casebook_mitigator_last_contact_timestamp_seconds{account="zenith",mitigator="tm-01"}`: "",
	} {
		if got := s.metric(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if _, page := s.admin("/metrics"); strings.Contains(page, acmeToken) || strings.Contains(page, string(digestOf(acmeToken))) {
		t.Error("the metrics give a token away")
	}
}

func TestBytesThatTheKernelCopiesAreCounted(t *testing.T) {
	b := newBook(t)
	content := strings.Repeat("0123456789abcdef", 1<<17)
	p := b.upload(b.receive("acme", "ws-017"), "big.bin", content)
	s := b.run(Config{})
	defer s.stop()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	if code, got := get(t, s.listen+"/v1/files/"+string(p.File.SHA256), acmeToken); code != 200 || got != content {
		t.Fatalf("%d, %d bytes", code, len(got))
	}
	until(t, "counted", func() bool {
		_, page := get(t, s.console+"/metrics", "")
		return metricIn(page, "casebook_file_bytes_total") == "2.097152e+06"
	})
}

func TestEveryAnswerHasARequestID(t *testing.T) {
	s, p, _ := procedure(t)
	seen := map[string]bool{}
	for _, r := range []*http.Response{
		s.ask("GET", "/v1/patterns", acmeToken), s.ask("GET", "/v1/patterns", acmeToken, "X-Request-Id: mine"),
		s.ask("GET", "/v1/patterns", ""), s.ask("GET", "/nowhere", ""), s.ask("PUT", "/v1/patterns", acmeToken),
		s.report(acmeToken, p.ID, `{"event":"downloaded","sha256":"`+string(p.File.SHA256)+`"}`),
	} {
		id := r.Header.Get("X-Request-Id")
		if id == "" || id == "mine" || seen[id] {
			t.Errorf("%d: X-Request-Id %q", r.StatusCode, id)
		}
		seen[id] = true
		if body := bodyOf(r); r.StatusCode >= 400 && !strings.Contains(body, `"instance":"urn:casebook:request:`+id+`"`) {
			t.Errorf("%d %s", r.StatusCode, body)
		}
		if r.StatusCode == 202 && !strings.Contains(s.log.String(), "request="+id) {
			t.Errorf("the log does not speak of request %s:\n%s", id, s.log)
		}
	}
}

func TestReadinessSaysWhyACommitIsRefused(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	b.commit(orphan("acme"))
	s.look(t.Context())
	if _, ready := s.admin("/readyz"); !strings.Contains(ready, "tm-99 is not registered") {
		t.Errorf("/readyz %s", ready)
	}
}

func TestThePublishedCommitAges(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	s.publisher.now = func() time.Time { return today.Time().Add(90 * time.Second) }
	if got := s.metric("casebook_published_commit_age_seconds"); got != "90" {
		t.Errorf("age %s", got)
	}
}

func TestWhatOfForensicDataIsCounted(t *testing.T) {
	content := zipOf("evidence")
	b, _ := withEvidence(t, content)
	s := b.serve()
	data := zipOf("of ws-020")
	for range 2 {
		s.handIn(acmeToken, "ws-020", data)
	}
	s.handIn(acmeToken, "ws-020", "no zip")
	s.handIn(acmeToken, "", data)
	s.handIn("nobody's", "ws-020", data)
	s.ask("GET", evidenceOf17, janeToken)
	s.ask("GET", evidenceOf17, janeToken, "Range: bytes=0-3")
	s.ask("HEAD", evidenceOf17, janeToken)
	for name, want := range map[string]string{
		`casebook_cases_received_total`:                      "1",
		`casebook_forensics_bytes_total{direction="in"}`:     fmt.Sprint(2 * len(data)),
		`casebook_forensics_bytes_total{direction="out"}`:    fmt.Sprint(len(content) + 4),
		`casebook_intake_refused_total{type="not-a-zip"}`:    "1",
		`casebook_intake_refused_total{type="bad-request"}`:  "1",
		`casebook_intake_refused_total{type="unauthorized"}`: "",
		`casebook_forensics_downloads_total`:                 "1",
	} {
		if got := s.metric(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
