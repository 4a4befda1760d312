package serve

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

// zipOf is what passes for an encrypted zip: its beginning and its end.
func zipOf(content string) string {
	return "PK\x03\x04" + content + "PK\x05\x06" + strings.Repeat("\x00", 18)
}

// handIn posts forensic data of an endpoint.
func (s *service) handIn(token, endpoint, body string, headers ...string) *http.Response {
	return s.send(http.MethodPost, "/v1/cases?endpoint="+url.QueryEscape(endpoint), token, body, headers...)
}

// receivedIn is the case an answer names.
func receivedIn(t testing.TB, r *http.Response, status int) received {
	t.Helper()
	body := bodyOf(r)
	var got received
	if err := json.Unmarshal([]byte(body), &got); err != nil || r.StatusCode != status {
		t.Fatalf("%d %s, want %d", r.StatusCode, body, status)
	}
	return got
}

// nothingOnTheWay checks that no half upload is left in the state folder.
func (b *book) nothingOnTheWay() {
	b.Helper()
	left, err := os.ReadDir(filepath.Join(b.repo.State().Dir(), "incoming"))
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
		b.Errorf("left on the way: %v %v", left, err)
	}
}

func (b *book) tip() *repo.Snapshot {
	b.Helper()
	s, err := b.repo.Snapshot("main")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func TestForensicDataBecomesACase(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("ws-017")
	answer := s.handIn(acmeToken, "ws-017", data, "Content-Type: application/zip", "Content-Disposition: attachment; filename=\"sample.zip\"",
		"Content-Digest: "+reprDigest(digestOf(data)))
	if at := answer.Header.Get("Location"); at != "/v1/cases/20261123-ws-017" {
		t.Errorf("Location %q", at)
	}
	got := receivedIn(t, answer, http.StatusCreated)
	want := received{"acme", "20261123-ws-017", "ws-017", today, "sample.zip", int64(len(data)), digestOf(data)}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	tip := b.tip()
	of := &casefile.Case{Account: "acme", Key: got.Case}
	if err := tip.Get(of); err != nil || of.Status != casefile.NewCaseReceived || of.MitigationServer != "tm-01" || of.ForensicData.SHA256 != digestOf(data) {
		t.Errorf("%+v %v", of, err)
	}
	log, err := tip.Log(1)
	if err != nil || log[0].Author != "tm-01 (acme) <tm-01@acme.mitigators.invalid>" || !strings.HasPrefix(log[0].Message, "case receive acme/20261123-ws-017\n") {
		t.Errorf("%+v %v", log, err)
	}
	kept, err := os.ReadFile(b.repo.State().Path(repo.Forensics, digestOf(data)))
	if err != nil || string(kept) != data {
		t.Errorf("kept %q, %v", kept, err)
	}
	b.nothingOnTheWay()
	s.look(t.Context())
	if s.found.Load().refused != nil {
		t.Errorf("the server refuses its own commit: %v", s.found.Load().refused.problems)
	}
}

func TestTheSameHandedInAgainIsTheSameCase(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("the same")
	first := receivedIn(t, s.handIn(acmeToken, "ws-017", data), 201)
	commit := b.tip().Commit()
	if again := receivedIn(t, s.handIn(acmeToken, "ws-017", data), 200); again != first {
		t.Errorf("again: %+v", again)
	}
	restarted := b.serve()
	if again := receivedIn(t, restarted.handIn(acmeToken, "ws-017", data), 200); again != first {
		t.Errorf("after a restart: %+v", again)
	}
	if b.tip().Commit() != commit {
		t.Error("there is a second commit")
	}
	for _, other := range []struct {
		name, token, endpoint, data string
		key                         casefile.Key
	}{
		{"other bytes", acmeToken, "ws-017", zipOf("other"), "20261123-ws-017-2"},
		{"another mitigator", secondToken, "ws-017", data, "20261123-ws-017-3"},
		{"an endpoint with the same slug", acmeToken, "WS 017", data, "20261123-ws-017-4"},
		{"an endpoint whose name goes on", acmeToken, "ws-017-2", data, "20261123-ws-017-2-2"},
		{"another customer", zenithToken, "ws-017", data, "20261123-ws-017"},
	} {
		for _, status := range []int{201, 200} {
			if got := receivedIn(t, s.handIn(other.token, other.endpoint, other.data), status); got.Case != other.key {
				t.Errorf("%s: %s, want %s", other.name, got.Case, other.key)
			}
		}
	}
	b.nothingOnTheWay()
}

func TestACaseAPersonReceivedIsKnown(t *testing.T) {
	b := newBook(t)
	data := zipOf("by hand")
	ref := casefile.CaseRef{Account: "acme", Key: "20261123-ws-017"}
	b.commit(ref.Receive("ws-017", "tm-01", casefile.Forensics{File: "a.zip", Size: int64(len(data)), SHA256: digestOf(data)}, today))
	s := b.serve()
	if got := receivedIn(t, s.handIn(acmeToken, "ws-017", data), 200); got.Case != ref.Key || got.File != "a.zip" {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(b.repo.State().Path(repo.Forensics, digestOf(data))); err != nil {
		t.Errorf("the bytes that were missing here are still: %v", err)
	}
}

func TestTheSameAtTheSameTimeIsOneCase(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	data := zipOf("at once")
	status := make([]int, 8)
	var all sync.WaitGroup
	for i := range status {
		all.Go(func() { status[i] = s.handIn(acmeToken, "ws-017", data).StatusCode })
	}
	all.Wait()
	slices.Sort(status)
	if !slices.Equal(status, []int{200, 200, 200, 200, 200, 200, 200, 201}) {
		t.Errorf("answers %v", status)
	}
	if cases, err := b.tip().Cases("acme"); err != nil || len(cases) != 1 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
}
