package serve

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

func TestACommitIsPublishedByItself(t *testing.T) {
	b := emptyBook(t)
	s := b.run(Config{Tick: time.Hour}) // so that only an event can be the cause
	defer s.stop()
	until(t, "503 before the first commit", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 503 })
	b.begin()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	c := b.receive("acme", "ws-017")
	b.upload(c, "a.bin", "the bytes")
	until(t, "the pattern is listed", func() bool {
		_, list := get(t, s.listen+"/v1/patterns", acmeToken)
		return strings.Contains(list, `"name":"a.bin"`)
	})
	if _, err := os.Stat("/usr/bin/git"); err == nil && runtime.GOOS == "linux" {
		b.git("pack-refs", "--all")
	}
	b.upload(c, "b.bin", "other bytes")
	until(t, "the pattern is listed after refs were packed", func() bool {
		_, list := get(t, s.listen+"/v1/patterns", acmeToken)
		return strings.Contains(list, `"name":"b.bin"`)
	})
}

// Of a branch with a slash, pack-refs removes the folder and the watch with it.
func TestABranchWithASlashIsWatchedThroughPackRefs(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	b.git("branch", "release/acme")
	s := b.run(Config{Tick: time.Hour, Branch: "release/acme"})
	defer s.stop()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	for n := range 3 {
		b.git("pack-refs", "--all")
		time.Sleep(2 * gather)
		tip := b.commit(&casefile.Customer{Account: "acme", Company: fmt.Sprint("Acme ", n)})
		b.git("branch", "-f", "release/acme", tip)
		until(t, "the branch is followed", func() bool { _, ready := get(t, s.console+"/readyz", ""); return strings.Contains(ready, tip) })
	}
}

func TestTheSlowTickAloneWillDo(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	tip := b.commit(&casefile.Customer{Account: "acme", Company: "Acme again"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.publisher.found.Store(&finding{branch: "main"})
	go s.watch(ctx, 20*time.Millisecond)
	until(t, "published", func() bool { return s.current.Load().commit == tip })
}
