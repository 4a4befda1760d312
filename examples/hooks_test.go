package examples_test

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestHooks(t *testing.T) {
	need(t, "git")
	need(t, "sh")
	hooks, err := filepath.Abs("hooks")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "hooks/testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			for _, set := range [][2]string{
				{"HOOKS", hooks}, {"HOME", env.WorkDir}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"TMPDIR", env.WorkDir},
				{"GIT_AUTHOR_NAME", "Jane Doe"}, {"GIT_AUTHOR_EMAIL", "jane@acme.example"},
				{"GIT_COMMITTER_NAME", "Jane Doe"}, {"GIT_COMMITTER_EMAIL", "jane@acme.example"},
			} {
				env.Setenv(set[0], set[1])
			}
			return nil
		},
	})
}
