package serve

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

func TestReceiptsThatAreTakenAndThatAreNot(t *testing.T) {
	s, p, _ := procedure(t)
	digest := string(p.File.SHA256)
	for name, c := range map[string]struct {
		id     casefile.PatternID
		body   string
		status int
		says   string
	}{
		"downloaded":                     {1, `{"event":"downloaded","sha256":"` + digest + `"}`, 202, ""},
		"applied, in full":               {1, `{"event":"applied","at":"2026-11-23T12:00:00+02:00","sha256":"` + digest + `","endpoint":"ws-017","result":"Resolved threats: All threats resolved"}`, 202, ""},
		"failed":                         {1, `{"event":"failed","sha256":"` + digest + `","result":"Unsuccessful: pattern corrupted"}`, 202, ""},
		"a wrong digest is observed":     {1, `{"event":"downloaded","sha256":"` + strings.Repeat("0", 64) + `"}`, 202, ""},
		"agent pattern":                  {2, `{"event":"downloaded","version":"15.001.00"}`, 202, ""},
		"smart scan pattern":             {3, `{"event":"applied","version":"15.001.00"}`, 202, ""},
		"white space around":             {2, " {\"event\":\"failed\",\"version\":\"1\"}\n\n", 202, ""},
		"no digest":                      {1, `{"event":"downloaded"}`, 400, "sha256: missing"},
		"no version":                     {2, `{"event":"downloaded"}`, 400, "version: missing"},
		"smart scan pattern downloaded":  {3, `{"event":"downloaded","version":"15.001.00"}`, 400, "event: "},
		"an unknown event":               {1, `{"event":"deployed","sha256":"` + digest + `"}`, 400, "event: "},
		"no event":                       {1, `{"sha256":"` + digest + `"}`, 400, "event: "},
		"a digest in capitals":           {1, `{"event":"downloaded","sha256":"` + strings.ToUpper(digest) + `"}`, 400, "sha256: "},
		"a time that is none":            {1, `{"event":"downloaded","at":"yesterday","sha256":"` + digest + `"}`, 400, "at: RFC 3339, UTC, e.g. 2026-11-23T09:12:00Z"},
		"a time of no text":              {1, `{"event":"downloaded","at":7,"sha256":"` + digest + `"}`, 400, "at: a text belongs there, not a number"},
		"an empty time":                  {1, `{"event":"downloaded","at":"","sha256":"` + digest + `"}`, 400, "at: RFC 3339"},
		"a time in one digit":            {1, `{"event":"downloaded","at":"2026-11-23T9:12:00Z","sha256":"` + digest + `"}`, 400, "at: RFC 3339"},
		"a time before everything":       {1, `{"event":"downloaded","at":"0001-01-01T00:00:00Z","sha256":"` + digest + `"}`, 400, "at: "},
		"a result of two lines":          {1, `{"event":"applied","sha256":"` + digest + `","result":"a\nb"}`, 400, "result: "},
		"a result that is not UTF-8":     {1, `{"event":"applied","sha256":"` + digest + `","result":"` + "\xff" + `"}`, 400, "result: "},
		"a result without end":           {1, `{"event":"applied","sha256":"` + digest + `","result":"` + strings.Repeat("x", 2000) + `"}`, 400, "result: "},
		"an unknown field":               {1, `{"event":"downloaded","sha256":"` + digest + `","color":"red"}`, 400, `unknown key "color"`},
		"an unknown field of known ones": {1, `{"event":"downloaded","sha256":"` + digest + `","x":{"event":1}}`, 400, `unknown key "x"`},
		"a field in capitals":            {1, `{"event":"downloaded","SHA256":"` + digest + `"}`, 400, `unknown key "SHA256"`},
		"a field in Kelvin":              {2, `{"event":"applied","ver\u017Fion":"1"}`, 400, `unknown key "verſion"`},
		"a field twice":                  {1, `{"event":"downloaded","sha256":"` + digest + `","event":"failed"}`, 400, "event: stands there twice"},
		"a field twice, once escaped":    {1, `{"event":"downloaded","sha256":"` + digest + `","\u0065vent":"failed"}`, 400, "event: stands there twice"},
		"a field of nothing":             {1, `{"event":"downloaded","sha256":"` + digest + `","version":null}`, 400, "version: a text belongs there, not null"},
		"two objects":                    {1, `{"event":"downloaded","sha256":"` + digest + `"}{}`, 400, "follows"},
		"rubbish behind":                 {1, `{"event":"downloaded","sha256":"` + digest + `"} x`, 400, ""},
		"half an object":                 {1, `{"event":"down`, 400, "cut short"},
		"an object that is not closed":   {2, `{"event":"failed","version":"1"`, 400, "cut short"},
		"an object that is begun":        {2, `{`, 400, "cut short"},
		"a list":                         {1, `[]`, 400, "no JSON object"},
		"a number for a text":            {1, `{"event":7}`, 400, "event: a text belongs there, not a number"},
		"null":                           {1, `null`, 400, "no JSON object"},
		"nothing":                        {1, ``, 400, "no JSON object"},
		"a body that is too large":       {1, `{"result":"` + strings.Repeat("x", largestReport) + `"}`, 413, ""},
		"spaces without end behind":      {2, `{"event":"failed","version":"2"}` + strings.Repeat(" ", largestReport), 413, ""},
		"an entry that says none needed": {4, `{"event":"applied","version":"1"}`, 404, ""},
		"an entry that is not there":     {9, `{"event":"applied","version":"1"}`, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(s.recorder.pending())
			r := s.report(acmeToken, c.id, c.body)
			taken := len(s.recorder.pending()) - before
			if c.status == 202 {
				if body := bodyOf(r); r.StatusCode != 202 || body != `{"recorded":true}`+"\n" || taken != 1 {
					t.Errorf("%d %s, %d taken", r.StatusCode, body, taken)
				}
				return
			}
			body := bodyOf(r)
			if r.StatusCode != c.status || !strings.Contains(strings.ReplaceAll(body, `\"`, `"`), c.says) || taken != 0 || r.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s, %d taken; want %d %q", r.StatusCode, body, taken, c.status, c.says)
			}
		})
	}
	for _, kind := range []string{"", "text/plain", "application/json-seq", "application/x-www-form-urlencoded"} {
		r := s.send("POST", "/v1/patterns/2/receipts", acmeToken, `{"event":"applied","version":"9"}`, "Content-Type: "+kind)
		isProblem(t, r, 415, "unsupported-media")
	}
	r := s.send("POST", "/v1/patterns/2/receipts", acmeToken, `{"event":"applied","version":"9"}`, "Content-Type: application/json; charset=utf-8", "Content-Encoding: gzip")
	isProblem(t, r, 415, "unsupported-media")
}

func TestTheSameReceiptAgainIsTakenOnce(t *testing.T) {
	s, p, _ := procedure(t)
	body := `{"event":"downloaded","at":"2026-11-23T10:00:00Z","sha256":"` + string(p.File.SHA256) + `"}`
	status := func(token, body string) int { return s.report(token, 1, body).StatusCode }
	if got := status(acmeToken, body); got != 202 {
		t.Fatal(got)
	}
	if got := status(acmeToken, body); got != 200 {
		t.Errorf("again, from the journal: %d", got)
	}
	if got := status(secondToken, body); got != 202 {
		t.Errorf("from another mitigator: %d", got)
	}
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := status(acmeToken, body); got != 200 || len(s.recorder.pending()) != 0 {
		t.Errorf("again, from the branch: %d, %d pending", got, len(s.recorder.pending()))
	}
	if got := status(acmeToken, strings.Replace(body, "10:00", "10:01", 1)); got != 202 {
		t.Errorf("at another time: %d", got)
	}
}

func TestReceiptsBecomeDeliveries(t *testing.T) {
	s, p, _ := procedure(t)
	digest := string(p.File.SHA256)
	s.report(acmeToken, 1, `{"event":"downloaded","sha256":"`+digest+`"}`)
	s.report(secondToken, 2, `{"event":"applied","version":"15.001.00","endpoint":"ws-017","result":"Rollback successful"}`)
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.report(acmeToken, 1, `{"event":"applied","sha256":"`+digest+`"}`)
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	branch, err := s.book.repo.Deliveries()
	if err != nil {
		t.Fatal(err)
	}
	of, err := branch.DeliveriesOf(p.Ref())
	if err != nil || len(of) != 1 || len(of[0].Receipts) != 2 {
		t.Fatalf("%v %+v", err, of)
	}
	if got := p.Status(of); got != casefile.Applied {
		t.Errorf("the pattern is %s", got)
	}
	if info, err := os.Stat(filepath.Join(s.book.repo.State().Dir(), "journal")); err != nil || info.Size() != 0 {
		t.Errorf("the journal was not emptied: %v %d bytes", err, info.Size())
	}
	tip := branch.Commit()
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again, err := s.book.repo.Deliveries(); err != nil || again.Commit() != tip {
		t.Errorf("delivering nothing made a commit: %v", err)
	}
	if s.current.Load().commit == tip {
		t.Error("the branch of deliveries is published")
	}
}

func TestAWithdrawnEntryIsStillReportedOn(t *testing.T) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	p := b.upload(c, "a.bin", "the bytes")
	if err := c.Withdraw(p, "bad", casefile.Stamp{At: today, By: "Jane Doe <jane@acme.example>"}); err != nil {
		t.Fatal(err)
	}
	b.commit(c, p)
	s := b.serve()
	if r := s.report(acmeToken, 1, `{"event":"failed","sha256":"`+string(p.File.SHA256)+`"}`); r.StatusCode != http.StatusAccepted {
		t.Errorf("%d %s", r.StatusCode, bodyOf(r))
	}
}

func TestOneMitigatorCannotFillTheBranch(t *testing.T) {
	s, _, _ := procedure(t)
	for n := range most {
		s.recorder.journal.lines = append(s.recorder.journal.lines, line{"acme", 2, "tm-01", casefile.Receipt{Event: casefile.EventFailed, At: today, Version: fmt.Sprint(n)}})
	}
	isProblem(t, s.report(acmeToken, 2, `{"event":"applied","version":"15"}`), 409, "too-many-receipts")
	if r := s.report(secondToken, 2, `{"event":"applied","version":"15"}`); r.StatusCode != 202 {
		t.Errorf("another mitigator: %d", r.StatusCode)
	}
}

// A server that dies between its commit and the emptying of the journal finds its lines
// again, and commits none of them twice.
func TestADeliveryIsNotCommittedTwice(t *testing.T) {
	s, p, _ := procedure(t)
	s.report(acmeToken, 1, `{"event":"downloaded","sha256":"`+string(p.File.SHA256)+`"}`)
	at := filepath.Join(s.book.repo.State().Dir(), "journal")
	kept, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	tip := s.recorder.delivered.Commit()
	if err := os.WriteFile(at, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	again := s.book.serve()
	if len(again.recorder.pending()) != 1 {
		t.Fatalf("%d lines found again", len(again.recorder.pending()))
	}
	if err := again.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := again.recorder.delivered.Commit(); got != tip || len(again.recorder.pending()) != 0 {
		t.Errorf("commit %s after %s, %d pending", got, tip, len(again.recorder.pending()))
	}
}

// A sender that stands still in the middle is answered, and not waited for once more.
func TestHalfAReceiptIsAnswered(t *testing.T) {
	s, _, _ := procedure(t)
	server := Config{}.filled().server(s.api)
	server.ReadTimeout, server.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	defer server.Close()
	w := dial(t, l.Addr().String())
	fmt.Fprintf(w, "POST /v1/patterns/1/receipts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{", acmeToken)
	r := w.answered(400)
	if !r.Close {
		t.Error("the connection stays")
	}
	isProblem(t, r, 400, "bad-request")
}
