package cmd_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"casebook/cmd"
	"casebook/serve"
)

// The stories in testdata run the real command line in fresh folders. One tells one
// procedure of the vendor's page, one refusal or one trap.

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"casebook": func() { os.Exit(cmd.Run(context.Background(), os.Args[1:], realEnv())) },
	})
}

// realEnv is the world of one command, with a clock that the story sets.
func realEnv() cmd.Env {
	return cmd.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: storyClock}
}

// storyClock is the time in NOW, or the real one where a story says NOW=.
func storyClock() time.Time {
	t, err := time.Parse(time.RFC3339, os.Getenv("NOW"))
	if err != nil {
		return time.Now()
	}
	return t
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_STORIES") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			env.Setenv("GIT_AUTHOR_NAME", "Jane Doe")
			env.Setenv("GIT_AUTHOR_EMAIL", "jane@acme.example")
			env.Setenv("GIT_COMMITTER_NAME", "Jane Doe")
			env.Setenv("GIT_COMMITTER_EMAIL", "jane@acme.example")
			env.Setenv("NOW", "2026-11-23T09:12:00Z")
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"evidence":     evidence,
			"serving":      serving,
			"running":      running,
			"certificates": certificates,
			"get":          get,
			"same":         same,
			"until":        until,
		},
	})
}

// condition answers [needs:git]: a story part that needs a program is skipped where the
// program is missing, and fails instead where CASEBOOK_REQUIRE=all says that it must run.
func condition(name string) (bool, error) {
	program, ok := strings.CutPrefix(name, "needs:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	_, err := exec.LookPath(program)
	if err != nil && os.Getenv("CASEBOOK_REQUIRE") == "all" {
		return false, fmt.Errorf("%s is not installed", program)
	}
	return err == nil, nil
}

// evidence FILE... makes zip files, as the Threat Management Agent hands them in.
func evidence(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.Create("sample.bin")
		ts.Check(err)
		_, err = f.Write([]byte("encrypted sample for " + filepath.Base(name)))
		ts.Check(err)
		ts.Check(w.Close())
		ts.Check(os.WriteFile(ts.MkAbs(name), b.Bytes(), 0o600))
	}
}

// serving DIR starts a server for the casebook in DIR and sets URL and CONSOLE; the story's
// end stops it.
func serving(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- serve.Run(ctx, serve.Config{
			Dir: ts.MkAbs(args[0]), Listen: "127.0.0.1:0", Console: "127.0.0.1:0",
			Tick: 100 * time.Millisecond, Batch: 20 * time.Millisecond, Now: time.Now, Getenv: ts.Getenv,
		}, func(listen, console net.Addr) {
			ts.Setenv("URL", "http://"+listen.String())
			ts.Setenv("CONSOLE", "http://"+console.String())
			close(ready)
		})
	}()
	ts.Defer(func() {
		cancel()
		if err := <-ended; err != nil {
			ts.Logf("serve: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		ts.Fatalf("serve: %v", err)
	}
}

// get URL TOKENFILE FILE STATUS [TEXT] asks until the answer has that status, and that text
// in it, and keeps the body in FILE; a server may need a moment to see a commit.
func get(ts *testscript.TestScript, neg bool, args []string) {
	token := ""
	if args[1] != "-" {
		token = strings.TrimSpace(ts.ReadFile(args[1]))
	}
	wanted := ""
	if len(args) > 4 {
		wanted = args[4]
	}
	var last string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		r, err := http.NewRequest("GET", args[0], nil)
		ts.Check(err)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := http.DefaultClient.Do(r)
		ts.Check(err)
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		ts.Check(err)
		last = fmt.Sprintf("%d %s", answer.StatusCode, body)
		if fmt.Sprint(answer.StatusCode) == args[3] && strings.Contains(string(body), wanted) != neg {
			ts.Check(os.WriteFile(ts.MkAbs(args[2]), body, 0o600))
			return
		}
	}
	ts.Fatalf("%s: %s", args[0], last)
}

// same A B insists on equal bytes.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if equal := ts.ReadFile(args[0]) == ts.ReadFile(args[1]); equal == neg {
		ts.Fatalf("%s and %s: same is %v", args[0], args[1], equal)
	}
}

// until CMD ARGS... runs a command until it prints something.
func until(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if ts.ReadFile("stdout") != "" {
			return
		}
	}
	ts.Fatalf("%v never printed anything", args)
}
