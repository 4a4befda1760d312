package serve

import (
	"os"
	"strings"
	"testing"
)

func TestAServerStartedAtABadCommitGoesOnWithTheLastGoodOne(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	b.upload(b.receive("acme", "ws-017"), "a.bin", long("the bytes"))
	before := b.serve()
	good := before.current.Load().commit
	list := bodyOf(before.ask("GET", "/v1/patterns", acmeToken))
	bad := b.commit(orphan("acme"))
	again := b.serve()
	if p := again.current.Load(); p == nil || p.commit != good || bodyOf(again.ask("GET", "/v1/patterns", acmeToken)) != list {
		t.Fatalf("published %+v, want %s", p, good)
	}
	code, ready := again.admin("/readyz")
	if code != 200 || !strings.Contains(ready, "serving "+good) || !strings.Contains(ready, "refusing "+bad) {
		t.Errorf("/readyz %d %s", code, ready)
	}
	next := b.commit(registered("acme", "tm-99", "a token"))
	again.look(t.Context())
	if got := again.current.Load().commit; got != next {
		t.Errorf("published %s, want %s", got, next)
	}
}

func TestWhatIsRememberedIsNotBelievedBlindly(t *testing.T) {
	for name, memory := range map[string]func(good, bad string) string{
		"nothing":              func(_, _ string) string { return "" },
		"a bad commit":         func(_, bad string) string { return bad + " main\n" },
		"another branch's":     func(good, _ string) string { return good + " release\n" },
		"a commit that is not": func(_, _ string) string { return strings.Repeat("0", 40) + " main\n" },
		"half a line":          func(good, _ string) string { return good[:20] },
		"a revision":           func(_, _ string) string { return "main~1 main\n" },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t)
			good := b.serve().current.Load().commit
			bad := b.commit(orphan("acme"))
			s := b.serve()
			if err := os.WriteFile(s.publisher.repo.State().PublishedFile(), []byte(memory(good, bad)), 0o600); err != nil {
				t.Fatal(err)
			}
			if p := b.serve().current.Load(); p != nil {
				t.Errorf("published %s", p.commit)
			}
		})
	}
}
