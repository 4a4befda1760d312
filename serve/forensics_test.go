package serve

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

const (
	janeToken = "jane-token"
	bobToken  = "bob-token"
	eveToken  = "eve-token"
)

// withEvidence is a casebook with operators and a case each of acme and zenith with the
// same key, whose evidence is on the shelf.
func withEvidence(t testing.TB, content string) (*book, *casefile.Case) {
	t.Helper()
	b := newBook(t)
	kept, err := b.repo.State().Keep(t.Context(), repo.Forensics, strings.NewReader(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	data := casefile.Forensics{File: "ws 017.zip", Size: kept.Size, SHA256: kept.SHA256}
	of := casefile.CaseRef{Account: "acme", Key: "20261123-ws-017"}.Receive("ws-017", "tm-01", data, today)
	b.commit(of,
		casefile.CaseRef{Account: "zenith", Key: "20261123-ws-017"}.Receive("ws-017", "tm-01", data, today),
		casefile.CaseRef{Account: "zenith", Key: "20261123-ws-018"}.Receive("ws-018", "tm-01", data, today),
		&casefile.Operator{Name: "jane", TokenSHA256: digestOf(janeToken), Added: today, Customers: []casefile.Account{"acme"}},
		&casefile.Operator{Name: "bob", TokenSHA256: digestOf(bobToken), Added: today},
		&casefile.Operator{Name: "eve", TokenSHA256: digestOf(eveToken), Added: today, Revoked: today})
	return b, of
}

const evidenceOf17 = "/v1/cases/20261123-ws-017/forensics"

func (b *book) statusOf(of *casefile.Case) casefile.Status {
	b.Helper()
	now := &casefile.Case{Account: of.Account, Key: of.Key}
	if err := b.tip().Get(now); err != nil {
		b.Fatal(err)
	}
	return now.Status
}

func TestAnOperatorDownloadsForensicData(t *testing.T) {
	content := zipOf("evidence")
	b, of := withEvidence(t, content)
	s := b.serve()
	answer := s.ask(http.MethodGet, evidenceOf17, janeToken)
	if got := bodyOf(answer); answer.StatusCode != 200 || got != content {
		t.Errorf("%d %q", answer.StatusCode, got)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/zip", "Repr-Digest": reprDigest(digestOf(content)), "Etag": `"sha256:` + string(digestOf(content)) + `"`,
		"Content-Disposition": `attachment; filename="ws 017.zip"; filename*=UTF-8''ws%20017.zip`, "X-Content-Type-Options": "nosniff",
		"Cache-Control": "private, no-store", "Accept-Ranges": "bytes", "Content-Length": fmt.Sprint(len(content)),
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := b.statusOf(of); got != casefile.ThreatSampleDownloaded {
		t.Errorf("status %s", got)
	}
	tip := b.tip()
	log, err := tip.Log(1)
	if err != nil || log[0].Author != "jane <jane@operators.invalid>" || !strings.HasPrefix(log[0].Message, "case download acme/20261123-ws-017: ws 017.zip\n") {
		t.Errorf("%+v %v", log, err)
	}
	s.ask(http.MethodGet, evidenceOf17, janeToken)
	if b.tip().Commit() != tip.Commit() {
		t.Error("the second download is a second commit")
	}
}

func TestWhatIsNoWholeDownloadMovesNothing(t *testing.T) {
	content := zipOf("evidence")
	b, of := withEvidence(t, content)
	s := b.serve()
	for _, c := range []struct {
		name, method, header string
		status               int
		body                 string
	}{
		{"HEAD", http.MethodHead, "", 200, ""},
		{"a part", http.MethodGet, "Range: bytes=0-3", 206, content[:4]},
		{"all of it as a range", http.MethodGet, "Range: bytes=0-", 206, content},
		{"what the client has", http.MethodGet, `If-None-Match: "sha256:` + string(digestOf(content)) + `"`, 304, ""},
	} {
		answer := s.ask(c.method, evidenceOf17, janeToken, c.header)
		if got := bodyOf(answer); answer.StatusCode != c.status || got != c.body {
			t.Errorf("%s: %d %q", c.name, answer.StatusCode, got)
		}
	}
	isProblem(t, s.ask(http.MethodGet, evidenceOf17, janeToken, "Range: bytes=999-"), 416, "range")
	if got := b.statusOf(of); got != casefile.NewCaseReceived {
		t.Errorf("status %s", got)
	}
}

func TestADownloadThatIsCutMovesNothing(t *testing.T) {
	b, of := withEvidence(t, zipOf(strings.Repeat("0123456789abcdef", 4<<20)))
	var log bytes.Buffer
	s := b.run(Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	r, err := http.NewRequest(http.MethodGet, s.listen+evidenceOf17, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+janeToken)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(answer.Body, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if err := s.stop(); err != nil { // waits for what is under way
		t.Error(err)
	}
	if got := b.statusOf(of); got != casefile.NewCaseReceived {
		t.Errorf("status %s", got)
	}
	if strings.Contains(log.String(), "downloaded") {
		t.Errorf("log %s", log.String())
	}
}

// The kernel takes a small answer at once; only what the client's machine got is a download.
func TestADownloadThatIsInBuffersOnlyMovesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the kernel does not tell here what reached the client")
	}
	b, of := withEvidence(t, zipOf(strings.Repeat("0123456789abcdef", 32<<10)))
	s := b.run(Config{})
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.listen, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", evidenceOf17, janeToken)
	if _, err := io.ReadFull(conn, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // for a wrong server to take it for done
	conn.Close()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if got := b.statusOf(of); got != casefile.NewCaseReceived {
		t.Errorf("status %s", got)
	}
}

func TestWhoGetsForensicData(t *testing.T) {
	b, _ := withEvidence(t, zipOf("evidence"))
	s := b.serve()
	for _, c := range []struct {
		name, path, token string
		status            int
		word              string
	}{
		{"nobody", evidenceOf17, "", 401, "unauthorized"},
		{"a stranger", evidenceOf17, "nonsense", 401, "unauthorized"},
		{"a revoked operator", evidenceOf17, eveToken, 401, "unauthorized"},
		{"the mitigator that handed it in", evidenceOf17, acmeToken, 404, "not-found"},
		{"a mitigator of another customer", evidenceOf17, zenithToken, 404, "not-found"},
		{"an operator of another customer", "/v1/cases/20261123-ws-018/forensics", janeToken, 404, "not-found"},
		{"the same, who names the account", evidenceOf17 + "?account=zenith", janeToken, 404, "not-found"},
		{"an account that is none", evidenceOf17 + "?account=omega", bobToken, 404, "not-found"},
		{"an empty account", evidenceOf17 + "?account=", bobToken, 404, "not-found"},
		{"a case that is not there", "/v1/cases/20261123-ws-999/forensics", bobToken, 404, "not-found"},
		{"a key that is none", "/v1/cases/x/forensics", bobToken, 404, "not-found"},
		{"a path trick", "/v1/cases/..%2f..%2fx/forensics", bobToken, 404, "not-found"},
		{"a key that two customers have", evidenceOf17, bobToken, 409, "ambiguous"},
	} {
		t.Run(c.name, func(t *testing.T) { isProblem(t, s.ask(http.MethodGet, c.path, c.token), c.status, c.word) })
	}
	for _, path := range []string{"/v1/cases/20261123-ws-018/forensics", evidenceOf17 + "?account=zenith", evidenceOf17 + "?account=acme"} {
		if answer := s.ask(http.MethodGet, path, bobToken); answer.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, answer.StatusCode, bodyOf(answer))
		}
	}
	isProblem(t, s.ask(http.MethodGet, "/v1/patterns", bobToken), 401, "unauthorized")
	isProblem(t, s.handIn(bobToken, "ws-017", zipOf("x")), 401, "unauthorized")
}

func TestEvidenceThatIsMissingOrDamaged(t *testing.T) {
	content := zipOf("evidence")
	b, of := withEvidence(t, content)
	s := b.serve()
	shelf := b.repo.State().Path(repo.Forensics, digestOf(content))
	if err := os.WriteFile(shelf, []byte(strings.Replace(content, "evi", "EVI", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	isProblem(t, s.ask(http.MethodGet, evidenceOf17, janeToken), 500, "internal")
	if !strings.Contains(s.log.String(), "damaged") {
		t.Errorf("log %s", s.log)
	}
	if err := os.Remove(shelf); err != nil {
		t.Fatal(err)
	}
	isProblem(t, s.ask(http.MethodGet, evidenceOf17, janeToken), 404, "not-found")
	if got := b.statusOf(of); got != casefile.NewCaseReceived {
		t.Errorf("status %s", got)
	}
}

func TestATokenOfTwoPeopleIsRefused(t *testing.T) {
	for name, token := range map[string]string{"another operator's": janeToken, "a mitigator's": acmeToken} {
		t.Run(name, func(t *testing.T) {
			b, _ := withEvidence(t, zipOf("x"))
			b.commit(&casefile.Operator{Name: "mallory", TokenSHA256: digestOf(token), Added: today})
			f := b.serve().found.Load()
			if f.refused == nil || f.refused.problems[0].Rule != casefile.RuleSharedToken || f.refused.problems[0].Line == 0 {
				t.Errorf("%+v", f.refused)
			}
		})
	}
}
