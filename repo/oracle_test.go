package repo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// oracle is a repository as the real git sees it.
type oracle struct {
	testing.TB
	dir string
	env []string
}

// newOracle makes an empty repository with the real git, which knows no configuration but the repository's.
func newOracle(t testing.TB, args ...string) *oracle {
	t.Helper()
	need(t, "git")
	o := &oracle{TB: t, dir: t.TempDir(), env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.fsync", "GIT_CONFIG_VALUE_0=none", // git need not be slow here
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com",
	}}
	o.git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return o
}

func (o *oracle) command(args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = o.dir, o.env
	return cmd
}

// git runs git and gives what it said, without the last newline.
func (o *oracle) git(args ...string) string {
	o.Helper()
	return o.gitWith("", args...)
}

func (o *oracle) gitWith(stdin string, args ...string) string {
	o.Helper()
	cmd := o.command(args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// write puts a file into the work tree.
func (o *oracle) write(name, content string) string {
	o.Helper()
	path := filepath.Join(o.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		o.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		o.Fatal(err)
	}
	return path
}

// commit makes a commit of everything and gives its name.
func (o *oracle) commit(message string) string {
	o.Helper()
	o.git("add", "-A")
	o.git("commit", "-q", "--allow-empty", "-m", message)
	return o.git("rev-parse", "HEAD")
}

func (o *oracle) gitDir() string {
	if dot := filepath.Join(o.dir, ".git"); isFolder(dot) {
		return dot
	}
	return o.dir
}

func (o *oracle) refs() refs { return refs{o.gitDir(), o.gitDir()} }

func (o *oracle) objects() objectDir { return objectDir{filepath.Join(o.gitDir(), "objects")} }

// expect fails unless got is want.
func expect[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got == want {
		return
	}
	ours, theirs := strings.Split(fmt.Sprint(got), "\n"), strings.Split(fmt.Sprint(want), "\n")
	for len(ours) > 1 && len(theirs) > 1 && ours[0] == theirs[0] { // of a long list only from where it differs
		ours, theirs = ours[1:], theirs[1:]
	}
	t.Errorf("%s: got %s, want %s", what, strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
}

// must is value, or the end of the test.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
