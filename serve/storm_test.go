package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Under polls and downloads, git packs, prunes and forces; nobody is ever answered anything
// but what some good commit says.
func TestNothingIsLostInAStorm(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	p := b.upload(c, "a.bin", long("the bytes"))
	first := b.git("rev-parse", "main")
	s := b.run(Config{Tick: time.Hour})
	defer s.stop()
	b.follows(s, first)
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var answers atomic.Int64
	for range 4 {
		asking.Go(func() {
			for ctx.Err() == nil {
				if code, list := get(t, s.listen+"/v1/patterns", acmeToken); code != 200 || !strings.Contains(list, `"name":"a.bin"`) {
					t.Errorf("the list: %d %s", code, list)
				}
				if code, content := get(t, s.listen+"/v1/files/"+string(p.File.SHA256), acmeToken); code != 200 || content != long("the bytes") {
					t.Errorf("the file: %d %.20q", code, content)
				}
				answers.Add(2)
			}
		})
	}
	tip := ""
	for n := range 6 {
		tip = b.rename(fmt.Sprint("Acme ", n))
		switch n % 3 {
		case 0:
			b.git("reset", "-q", "--hard", first)
			b.git("reflog", "expire", "--expire=all", "--all")
		case 1:
			if err := os.RemoveAll(b.repo.State().Dir() + "/files"); err != nil {
				t.Error(err)
			}
		}
		b.git("gc", "-q", "--prune=now")
	}
	b.follows(s, tip)
	cancel()
	asking.Wait()
	if answers.Load() < 20 {
		t.Errorf("only %d answers", answers.Load())
	}
}

// A server killed while it publishes leaves nothing on the shelf that is not what its name
// says, and the next one publishes all.
func TestKilledWhilePublishing(t *testing.T) {
	b := newBook(t)
	c := b.receive("acme", "ws-017")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shelf := filepath.Join(b.repo.State().Dir(), "files")
	for life := range 8 {
		server := exec.Command(self)
		server.Env = append(os.Environ(), "AS_SERVER="+b.dir)
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			b.upload(c, fmt.Sprintf("%d-%d.bin", life, n), strings.Repeat(fmt.Sprintf("%08d", 10*life+n), 1<<16))
		}
		time.Sleep(time.Duration(13*life) * time.Millisecond)
		if err := server.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = server.Wait() // it was killed
		kept, err := os.ReadDir(shelf)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, f := range kept {
			content, err := os.ReadFile(filepath.Join(shelf, f.Name()))
			if err != nil || string(digestOf(string(content))) != f.Name() {
				t.Fatalf("life %d left %s with %d bytes of something else, %v", life, f.Name(), len(content), err)
			}
		}
	}
	s := b.serve()
	if now := s.current.Load(); now == nil || len(now.customers["acme"].files) != 24 {
		t.Errorf("%+v", s.found.Load())
	}
	if kept, err := os.ReadDir(shelf); err != nil || len(kept) != 24 {
		t.Errorf("%d on the shelf, %v", len(kept), err)
	}
}
