package serve

import (
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

func (b *book) lastContact(a casefile.Account, n casefile.Name) string {
	b.Helper()
	branch, err := b.repo.Deliveries()
	if err != nil {
		b.Fatal(err)
	}
	defer branch.Close()
	at, err := LastContact(branch, a, n)
	if err != nil {
		b.Fatal(err)
	}
	return at.String()
}

// commits are how many the branch of deliveries has.
func (b *book) commits() int {
	b.Helper()
	branch, err := b.repo.Deliveries()
	if err != nil {
		b.Fatal(err)
	}
	defer branch.Close()
	log, err := branch.Log(0)
	if err != nil {
		b.Fatal(err)
	}
	return len(log)
}

func TestWhoWasHeardIsOnTheBranchOfDeliveries(t *testing.T) {
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", "the bytes")
	s := b.serve()
	s.recorder.heard = s.lastHeard
	now := today.Time()
	s.publisher.now, s.recorder.now = func() time.Time { return now }, func() time.Time { return now }
	deliver := func() {
		t.Helper()
		if err := s.recorder.deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(when string, commits int, first, second string) {
		t.Helper()
		if got := b.commits(); got != commits {
			t.Errorf("%s: %d commits, want %d", when, got, commits)
		}
		for name, want := range map[casefile.Name]string{"tm-01": first, "tm-02": second} {
			if got := b.lastContact("acme", name); got != want {
				t.Errorf("%s: %s was heard %q, want %q", when, name, got, want)
			}
		}
	}
	deliver()
	expect("nobody was heard", 0, "", "")
	s.ask("GET", "/v1/patterns", acmeToken)
	deliver()
	expect("one poll", 1, "2026-11-23T09:12:00Z", "")
	now = now.Add(10 * time.Minute)
	s.ask("GET", "/v1/patterns", acmeToken)
	s.ask("GET", "/v1/patterns", secondToken)
	deliver()
	deliver()
	expect("more polls, no hour later", 1, "2026-11-23T09:12:00Z", "")
	now = now.Add(time.Minute)
	s.report(secondToken, p.ID, `{"event":"applied","sha256":"`+string(p.File.SHA256)+`"}`)
	deliver()
	expect("a receipt tells of who reports", 2, "2026-11-23T09:12:00Z", "2026-11-23T09:23:00Z")
	now = now.Add(time.Hour)
	deliver()
	expect("an hour later", 3, "2026-11-23T09:22:00Z", "2026-11-23T09:23:00Z")
	now = now.Add(2 * time.Hour)
	deliver()
	expect("and nothing since", 3, "2026-11-23T09:22:00Z", "2026-11-23T09:23:00Z")
}

func TestContactsAreRememberedByTheNextServer(t *testing.T) {
	b := newBook(t)
	b.change(repo.DeliveriesBranch, func(tx *repo.Tx) error {
		return putContacts(tx, map[string]casefile.Time{
			contactFile("acme", "tm-01"): today, contactFile("acme", "tm-99"): today, contactFile("zenith", "tm-01"): {},
		})
	})
	s := b.serve()
	latest, err := s.recall(s.recorder.delivered)
	if err != nil || !latest.Equal(today.Time()) {
		t.Errorf("latest %v, %v", latest, err)
	}
	for _, m := range s.operations().status().Mitigators {
		if heard := m.LastContact == today; heard != (m.Account == "acme" && m.Name == "tm-01") {
			t.Errorf("%s/%s: %s", m.Account, m.Name, m.LastContact)
		}
	}
}
