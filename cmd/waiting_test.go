package cmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/cmd"
)

// listener is somebody at a terminal who, told of a lock, removes it.
type listener struct {
	bytes.Buffer
	lock string
}

func (l *listener) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "waiting for git ("+l.lock+")") {
		_ = os.Remove(l.lock)
	}
	return l.Buffer.Write(p)
}

func TestWhoWaitsForGitIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out bytes.Buffer
	terminal := &listener{lock: filepath.Join(dir, ".git", "index.lock")}
	env := cmd.Env{Stdout: &out, Stderr: terminal, Now: func() time.Time { return time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC) },
		Getenv: func(key string) string {
			return map[string]string{"GIT_AUTHOR_NAME": "Jane", "GIT_AUTHOR_EMAIL": "jane@acme.example", "GIT_COMMITTER_NAME": "Jane",
				"GIT_COMMITTER_EMAIL": "jane@acme.example", "GIT_CONFIG_NOSYSTEM": "1"}[key]
		}}
	if code := cmd.Run(t.Context(), []string{"init", dir}, env); code != 0 {
		t.Fatalf("init: %d %s", code, terminal)
	}
	if err := os.WriteFile(terminal.lock, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	terminal.Reset()
	if code := cmd.Run(t.Context(), []string{"-C", dir, "customer", "add", "acme", "--company", "Acme"}, env); code != 0 {
		t.Fatalf("customer add: %d %s", code, terminal)
	}
	if n := strings.Count(terminal.String(), "waiting for git"); n != 1 {
		t.Errorf("told %d times: %s", n, terminal)
	}
}
