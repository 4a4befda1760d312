// Package examples_test keeps the examples, and the commands in the documentation, true.
package examples_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

func TestTheExampleCasebookHasNoProblems(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("casebook")); err != nil {
		t.Fatal(err)
	}
	book, err := repo.Init(dir, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	problems, err := book.ValidateWorkTree()
	if err != nil || len(problems) > 0 {
		t.Fatalf("the work tree: %v %v", err, problems)
	}

	need(t, "git")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message", "the example")
	s, err := book.Snapshot("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if problems, err = s.Validate(); err != nil || len(problems) > 0 {
		t.Errorf("the commit: %v %v", err, problems)
	}
}

func TestTheExampleCasebookHasEveryStatusAndType(t *testing.T) {
	statuses, types := map[casefile.Status]bool{}, map[casefile.Type]bool{}
	withdrawn, reissued := false, false
	for path, text := range records(t) {
		rec, problems := casefile.Read(path, text)
		if len(problems) > 0 {
			t.Error(problems)
		}
		switch r := rec.(type) {
		case *casefile.Case:
			statuses[r.Status] = true
		case *casefile.Pattern:
			types[r.Type] = true
			withdrawn = withdrawn || r.Withdrawn != nil
			reissued = reissued || r.ReissueOf != 0
		}
	}
	for _, s := range casefile.Statuses {
		if !statuses[s] {
			t.Errorf("no case is %s", s)
		}
	}
	for _, kind := range casefile.Types {
		if !types[kind] {
			t.Errorf("no entry is %s", kind)
		}
	}
	if !withdrawn || !reissued {
		t.Errorf("an entry withdrawn: %t, one issued again: %t", withdrawn, reissued)
	}
}

// People's own way of writing is legal; the example shows some of it.
func TestTheExampleCasebookIsNotAllInTheCanonicalForm(t *testing.T) {
	own := 0
	for path, text := range records(t) {
		if rec, _ := casefile.Read(path, text); rec != nil && !slices.Equal(casefile.Write(rec), text) {
			own++
		}
	}
	if own < 5 {
		t.Errorf("only %d files are written in somebody's own way", own)
	}
}

// records are the YAML files of the example, by their path in the casebook.
func records(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	root := os.DirFS("casebook")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		found[path], err = fs.ReadFile(root, path)
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("no records in the example: %v", err)
	}
	return found
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Jane Doe", "GIT_AUTHOR_EMAIL=jane@acme.example",
		"GIT_COMMITTER_NAME=Jane Doe", "GIT_COMMITTER_EMAIL=jane@acme.example")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}
