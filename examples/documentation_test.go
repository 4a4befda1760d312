package examples_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"casebook/casefile"
	"casebook/cmd"
)

// The test program is the casebook that the documentation's commands find on their PATH.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"casebook": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(cmd.Run(ctx, os.Args[1:], cmd.Env{
				Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now,
			}))
		},
	})
}

func TestReadmeHasTheTableOfMoves(t *testing.T) {
	if got := strings.TrimSpace(between(t, "../README.md", "moves")); got != strings.TrimSpace(casefile.Table()) {
		t.Errorf("the table in README.md is\n%s\nand the one of the code\n%s", got, casefile.Table())
	}
}

func TestTheTourInReadmeWorks(t *testing.T) {
	t.Parallel()
	said := runAll(t, commands(t, between(t, "../README.md", "tour")))
	for _, want := range []string{"Applied by tm-01", "Case Closed", "case close acme/"} {
		if !strings.Contains(said, want) {
			t.Errorf("the tour did not say %q:\n%s", want, said)
		}
	}
}

func TestTheWalkthroughWorks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("walkthrough.md")
	if err != nil {
		t.Fatal(err)
	}
	said := runAll(t, commands(t, string(text)))
	for _, want := range []string{
		"New Case Received", "Threat Mitigator Notified About Pattern", "Not Applied",
		"Applied by tm-01", "version right", "case close acme/", "false alarm", "no problems",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the walk-through did not say %q:\n%s", want, said)
		}
	}
	if closed := strings.Count(said[strings.LastIndex(said, "ENDPOINT"):], "Case Closed"); closed != 3 {
		t.Errorf("%d cases are closed in the end:\n%s", closed, said)
	}
}

// between is what stands between the markers <!-- name --> and <!-- /name --> of a file.
func between(t *testing.T, file, name string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(text), "<!-- "+name+" -->\n")
	inner, _, ends := strings.Cut(rest, "<!-- /"+name+" -->")
	if !begins || !ends {
		t.Fatalf("%s has no part marked %s", file, name)
	}
	return inner
}

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// commands are all shell commands in a text, as one script.
func commands(t *testing.T, text string) string {
	t.Helper()
	var script strings.Builder
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		script.WriteString(block[1])
	}
	if script.Len() == 0 {
		t.Fatal("no commands in the text")
	}
	return script.String()
}

// runAll runs a script as a fresh shell would, but on free ports and ending at the first
// command that fails, and returns all that was said.
func runAll(t *testing.T, script string) string {
	t.Helper()
	need(t, "sh")
	need(t, "git")
	for _, address := range []string{"127.0.0.1:8443", "127.0.0.1:8080"} {
		script = strings.ReplaceAll(script, address, freeAddress(t))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-e", "-u", "-c", "trap 'kill ${server:-} 2>/dev/null || true' EXIT\n"+script)
	shell.Dir = t.TempDir()
	shell.Env = append(os.Environ(), "HOME="+shell.Dir, "TMPDIR="+shell.Dir, "GIT_PAGER=cat")
	shell.WaitDelay = 5 * time.Second
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
