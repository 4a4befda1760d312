package cmd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The official schema, errata 01, is OASIS's and not ours to copy. This library has it in its source; we
// compile none of it, so it is no dependency.
const (
	sarifModule = "github.com/owenrumney/go-sarif/v3@v3.3.1"
	sarifSource = "pkg/report/v210/sarif/schema.go"
)

// sarifSchema is looked for in the module cache, and fetched only where nothing may be skipped.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := sarifText(t.TempDir(), os.Getenv("CASEBOOK_REQUIRE") == "all")
	if err != nil && os.Getenv("CASEBOOK_REQUIRE") != "all" {
		t.Skipf("the schema is not in the module cache; go mod download %s brings it: %v", sarifModule, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("sarif.json")
}

func sarifText(dir string, fetch bool) (string, error) {
	download := exec.Command("go", "mod", "download", "-json", sarifModule)
	download.Dir = dir
	download.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	if !fetch {
		download.Env = append(download.Env, "GOPROXY=off")
	}
	out, err := download.Output()
	var module struct{ Dir, Error string }
	if err = errors.Join(err, json.Unmarshal(out, &module)); err != nil || module.Error != "" {
		return "", errors.Join(err, errors.New(module.Error))
	}
	source, err := os.ReadFile(filepath.Join(module.Dir, filepath.FromSlash(sarifSource)))
	_, text, _ := strings.Cut(string(source), "`")
	text, _, _ = strings.Cut(text, "`")
	return text, err
}

func TestSARIFKeepsItsSchema(t *testing.T) {
	schema := sarifSchema(t)
	dir := t.TempDir()
	run(t, dir, "init")
	keeps := func(what string, results int) {
		t.Helper()
		_, out := run(t, dir, "validate", "--format", "sarif")
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err == nil {
			err = schema.Validate(value)
		}
		var log struct{ Runs []struct{ Results []any } }
		if err != nil || json.Unmarshal(out, &log) != nil || len(log.Runs) != 1 || len(log.Runs[0].Results) != results {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	keeps("without a problem", 0)
	for name, text := range map[string]string{
		"100% [odd] #1?.txt": "", "ü\u202e.txt": "", "allowed_signers": "nonsense\n",
		"casebook.yaml": "format: 1\nbranch: main\nformat: 1\nsignatures: \x1b\n", "operators/a.yaml": "added: [\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	keeps("with problems of every kind of place", 5)
	broken, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0", "runs": [{"results": []}]}`))
	if err != nil || schema.Validate(broken) == nil {
		t.Errorf("a run without a tool keeps the schema, %v", err)
	}
}
