package serve

import (
	"context"
	"errors"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

func TestWhatWasPublishedCanBeMadeAnew(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	type answer struct{ body, etag string }
	answers := map[string]answer{}
	for _, change := range []func(){
		func() {},
		func() { b.upload(b.receive("acme", "ws-017"), "lpt$vpn.123", "a bandage") },
		func() { b.specify(b.receive("acme", "ws-018&co"), casefile.SmartScan) },
	} {
		change()
		s.publisher.look(context.Background())
		r := s.ask("GET", "/v1/patterns", acmeToken)
		answers[r.Header.Get("Casebook-Commit")] = answer{bodyOf(r), r.Header.Get("ETag")}
	}
	if len(answers) != 3 {
		t.Fatalf("%d commits were served", len(answers))
	}
	for commit, want := range answers {
		at, err := b.repo.Snapshot(commit)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ListAt(at, "acme")
		if got := (answer{string(l.Body), l.ETag}); err != nil || got != want {
			t.Errorf("%s: got %v, %v, and the server answered %v", commit, got, err, want)
		}
		if _, err := ListAt(at, "nobody"); !errors.Is(err, repo.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	}
	at, err := b.repo.Snapshot(b.force("customers/acme/customer.yaml", "company:\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ListAt(at, "acme"); !errors.As(err, &casefile.Problems{}) {
		t.Errorf("a commit that is refused: %v", err)
	}
}
