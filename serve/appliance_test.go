package serve

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/serve/mitigator"
)

// A mitigator that polls every ten minutes has a pattern as soon as it is published, for
// its poll is held.
func TestANewPatternIsWithAWaitingMitigatorAtOnce(t *testing.T) {
	b := newBook(t)
	of := b.receive("acme", "ws-017")
	s := b.run(Config{Batch: 20 * time.Millisecond, Tick: 50 * time.Millisecond})
	defer s.stop()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- mitigator.Run(ctx, mitigator.Config{Servers: []string{"http://127.0.0.1:1", s.listen}, Token: acmeToken, Dir: t.TempDir(), Wait: 55 * time.Second})
	}()
	for range 3 {
		p := b.upload(of, "lpt$vpn.123", "bytes "+time.Now().String())
		until(t, "the pattern is downloaded", func() bool {
			branch, err := b.repo.Deliveries()
			if err != nil {
				return false
			}
			defer branch.Close()
			had, err := branch.DeliveriesOf(p.Ref())
			return err == nil && p.Status(had) == casefile.Downloaded
		})
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestACertificateStandsForTheToken(t *testing.T) {
	b, a := newBook(t), newAuthority(t)
	b.upload(b.receive("acme", "ws-017"), "lpt$vpn.123", "the bytes")
	a.issue("server", "server", nil)
	a.issue("tm-01", "acme/tm-01", nil)
	a.issue("stranger", "acme/tm-99", nil)
	s := b.run(Config{TLS: TLS{Cert: a.at("server.crt"), Key: a.at("server.key"), ClientCA: a.at("ca.crt")}})
	defer s.stop()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	c := mitigator.Config{Servers: []string{strings.Replace(s.listen, "http:", "https:", 1)}, Dir: t.TempDir(), CA: a.at("ca.crt"), Cert: a.at("tm-01.crt"), Key: a.at("tm-01.key")}
	if did, err := mitigator.Once(t.Context(), c); err != nil || len(did.Downloaded) != 1 || did.Receipts != 1 {
		t.Errorf("%+v %v", did, err)
	}
	c.Cert, c.Key = a.at("stranger.crt"), a.at("stranger.key")
	if _, err := mitigator.Once(t.Context(), c); !errors.Is(err, mitigator.ErrUnauthorized) {
		t.Errorf("a mitigator that is not registered: %v", err)
	}
}

// What is answered late, past net/http, is answered as described, too.
func TestALateAnswerIsAsDescribed(t *testing.T) {
	b := newBook(t)
	s := b.run(Config{})
	defer s.stop()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	for name, wait := range map[string]string{"nothing new": "wait=2", "a new list": "wait=60"} {
		news := wait == "wait=60"
		r, err := http.NewRequest(http.MethodGet, s.listen+"/v1/patterns", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+acmeToken)
		first, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		first.Body.Close()
		r.Header.Set("If-None-Match", first.Header.Get("Etag"))
		r.Header.Set("Prefer", wait)
		if news {
			time.AfterFunc(300*time.Millisecond, func() { b.specify(b.receive("acme", "ws-017"), casefile.SmartScanAgent) })
		}
		late, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		seen := httptest.NewRecorder()
		maps.Copy(seen.Header(), late.Header)
		seen.WriteHeader(late.StatusCode)
		if _, err := io.Copy(seen, late.Body); err != nil {
			t.Error(err)
		}
		late.Body.Close()
		err = discrepancy(operation(theDescription(), r, false), again(r), seen)
		if err != nil || (late.StatusCode == 200) != news || late.Header.Get("Preference-Applied") != wait || late.Header.Get("Etag") == "" {
			t.Errorf("%s: %d %v: %v", name, late.StatusCode, late.Header, err)
		}
	}
}
