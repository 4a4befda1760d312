package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"casebook/casefile"
	"casebook/repo"
	"casebook/serve"
)

// serve publishes the casebook on ports that the kernel chooses; ended gets what became of
// the server.
func (d *demo) serve(ctx context.Context, ended chan error) error {
	ready := make(chan bool, 1)
	config := serve.Config{
		Dir: d.dir, Listen: "127.0.0.1:0", Console: "127.0.0.1:0", Tick: time.Second, Batch: 100 * time.Millisecond,
		Log: (&app{Env: d.Env, quiet: true}).logger(), Now: d.Now, Getenv: d.getenv,
	}
	go func() {
		err := serve.Run(ctx, config, func(listen, console net.Addr) {
			fmt.Fprintf(d.Stdout, "\n$ casebook serve --listen %s --console %s &\n", listen, console)
			d.url, d.console = "http://"+listen.String(), "http://"+console.String()
			ready <- true
		})
		ended <- err
		close(ready)
	}()
	if !<-ready {
		err := <-ended
		ended <- nil
		return err
	}
	return nil
}

// words are one command line.
func words(w ...string) []string { return w }

// play runs real command lines on the stage, each shown first.
func (d *demo) play(ctx context.Context, lines ...[]string) error {
	for _, l := range lines {
		fmt.Fprintf(d.Stdout, "\n$ %s\n", commandLine(l))
		if err := d.carryOut(ctx, l, d.Stdout); err != nil {
			return err
		}
	}
	return nil
}

// playInto runs a command line with its result going into a file.
func (d *demo) playInto(ctx context.Context, file string, line []string) error {
	fmt.Fprintf(d.Stdout, "\n$ %s >%s\n", commandLine(line), file)
	var out bytes.Buffer
	if err := d.carryOut(ctx, line, &out); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.dir, file), out.Bytes(), 0o600)
}

func (d *demo) carryOut(ctx context.Context, line []string, out io.Writer) error {
	env := d.Env
	env.Dir, env.Stdout, env.Stderr, env.Getenv = d.dir, out, d.Stdout, d.getenv
	if code := Run(ctx, line, env); code != exitDone {
		return failed(fmt.Sprintf("%s ended with exit code %d", commandLine(line), code))
	}
	return nil
}

// commandLine is a command as one would type it.
func commandLine(line []string) string {
	typed := "casebook"
	for _, w := range line {
		typed += " " + shellWord(w)
	}
	return typed
}

// getenv gives the demo an author of its own, whatever git is configured to here.
func (d *demo) getenv(name string) string {
	switch name {
	case "GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME":
		return "Jane Doe"
	case "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL":
		return "jane@acme.example"
	case "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE":
		return ""
	}
	return d.Getenv(name)
}

// published waits until the server has seen the last commit.
func (d *demo) published(ctx context.Context) error {
	book, err := repo.Open(d.dir, "", d.getenv)
	if err != nil {
		return err
	}
	tip, err := book.Tip("main")
	if err != nil {
		return err
	}
	return d.wait(ctx, "the server did not publish the last commit", func() (bool, error) {
		answer, err := http.Get(d.console + "/status")
		if err != nil {
			return false, err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return strings.Contains(string(text), tip), err
	})
}

// delivered waits until the receipts are on the deliveries branch.
func (d *demo) delivered(ctx context.Context) error {
	return d.wait(ctx, "the receipts did not reach the deliveries branch", func() (bool, error) {
		book, err := repo.Open(d.dir, "", d.getenv)
		if err != nil {
			return false, err
		}
		s, err := book.Deliveries()
		if err != nil {
			return false, err
		}
		defer s.Close()
		of, err := s.DeliveriesOf(casefile.PatternRef{Account: "acme", ID: 1})
		return len(of) > 0 && len(of[0].Receipts) > 1, err
	})
}

// wait looks again and again, for ten seconds at the most.
func (d *demo) wait(ctx context.Context, otherwise string, there func() (bool, error)) error {
	for range 200 {
		if yes, err := there(); yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return failed(otherwise)
}
