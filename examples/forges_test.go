package examples_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"casebook/cmd"
)

// Every casebook command in the pipelines works in a casebook, whatever the forge says for
// base and head.
func TestPipelinesCallCasebookRightly(t *testing.T) {
	need(t, "git")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("casebook")); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "--quiet", "--initial-branch", "main")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message", "the example")
	for _, file := range []string{"github/casebook.yml", "gitlab/.gitlab-ci.yml"} {
		text, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		var pipeline map[string]any
		if err := yaml.Unmarshal(text, &pipeline); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		calls := casebookCalls(pipeline)
		if len(calls) < 2 {
			t.Errorf("%s: only %q", file, calls)
		}
		for _, args := range calls {
			if code, said := casebook(dir, args...); code != 0 {
				t.Errorf("%s: casebook %v: exit code %d\n%s", file, args, code, said)
			}
		}
	}
}

var variable = regexp.MustCompile(`"\$[A-Z_]+"`)

// casebookCalls are the arguments of the casebook commands anywhere in a pipeline.
func casebookCalls(in any) (calls [][]string) {
	switch in := in.(type) {
	case map[string]any:
		for _, value := range in {
			calls = append(calls, casebookCalls(value)...)
		}
	case []any:
		for _, value := range in {
			calls = append(calls, casebookCalls(value)...)
		}
	case string:
		for line := range strings.Lines(in) {
			if args, ok := strings.CutPrefix(strings.TrimSpace(line), "casebook "); ok {
				args, _, _ = strings.Cut(args, " >")
				calls = append(calls, strings.Fields(variable.ReplaceAllString(args, "main")))
			}
		}
	}
	return calls
}

// casebook runs one command in a folder; it gives the exit code and what was said.
func casebook(dir string, args ...string) (int, string) {
	var said bytes.Buffer
	code := cmd.Run(context.Background(), args, cmd.Env{
		Stdin: &bytes.Buffer{}, Stdout: &said, Stderr: &said, Dir: dir, Getenv: os.Getenv, Now: time.Now,
	})
	return code, said.String()
}
