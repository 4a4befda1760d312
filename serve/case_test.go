package serve

import (
	"net/http"
	"strings"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

func TestHowFarACaseHasCome(t *testing.T) {
	b, of := withEvidence(t, zipOf("evidence"))
	s := b.serve()
	const path = "/v1/cases/20261123-ws-017"
	want := `{"account":"acme","case":"20261123-ws-017","endpoint":"ws-017","received":"2026-11-23T09:12:00Z","file":"ws 017.zip","size":34,"sha256":"` +
		string(of.ForensicData.SHA256) + `","status":"new-case-received"}` + "\n"
	answer := s.ask("GET", path, acmeToken)
	if got := bodyOf(answer); answer.StatusCode != 200 || got != want {
		t.Fatalf("%d %s, want %s", answer.StatusCode, got, want)
	}
	tag := answer.Header.Get("Etag")
	for _, c := range []struct {
		method, path, token string
		status              int
	}{
		{"HEAD", path, acmeToken, 200}, {"GET", path, janeToken, 200}, {"GET", path + "?account=zenith", bobToken, 200},
		{"GET", path, bobToken, 409}, {"GET", path + "?account=zenith", acmeToken, 404}, {"GET", path + "?account=zenith", janeToken, 404},
		{"GET", "/v1/cases/20261123-ws-018", acmeToken, 404}, {"GET", "/v1/cases/20261123-ws-018", zenithToken, 200},
		{"GET", "/v1/cases/20261123-ws-018", janeToken, 404}, {"GET", "/v1/cases/x", acmeToken, 404}, {"GET", path, "", 401},
		{"GET", path, eveToken, 401}, {"GET", path, oldToken, 401},
	} {
		r := s.ask(c.method, c.path, c.token)
		if body := bodyOf(r); r.StatusCode != c.status || c.method == "HEAD" && body != "" {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, r.StatusCode, body, c.status)
		}
	}
	if r := s.ask("GET", path, acmeToken, "If-None-Match: "+tag); r.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged: %s", r.Status)
	}
	b.change("", func(tx *repo.Tx) error {
		if err := of.Identify("1-10293847", tx.Now()); err != nil {
			return err
		}
		return tx.Put(of)
	})
	s.look(t.Context())
	got := bodyOf(s.ask("GET", path, acmeToken, "If-None-Match: "+tag))
	if !strings.Contains(got, `"case_id":"1-10293847"`) || !strings.Contains(got, `"updated":`) {
		t.Errorf("once it is identified: %s", got)
	}
}

// Where a case is, its sender is told before it is published.
func TestACaseIsThereAsSoonAsItIsReceived(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	at := s.handIn(acmeToken, "ws-017", zipOf("x")).Header.Get("Location")
	published := s.current.Load().commit
	r := s.ask("GET", at, acmeToken)
	if commit := r.Header.Get("Casebook-Commit"); r.StatusCode != 200 || commit == published || commit != b.tip().Commit() {
		t.Errorf("%s of %s", r.Status, commit)
	}
	if r := s.ask("GET", at, zenithToken); r.StatusCode != 404 {
		t.Errorf("to another customer: %s", r.Status)
	}
	b.force(casefile.CasesDir("acme")+"/2026-11/20261123-ws-017.yaml", "status: lost\n")
	isProblem(t, s.ask("GET", at, acmeToken), 404, "not-found")
}
