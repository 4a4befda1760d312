package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"casebook/casefile"
	"casebook/cmd"
)

// run is one command line in a folder; it gives the exit code and what stdout got.
func run(t *testing.T, dir string, args ...string) (int, []byte) {
	t.Helper()
	var out, talk bytes.Buffer
	env := cmd.Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &talk, Dir: dir, Getenv: storyEnv, Now: storyClock}
	code := cmd.Run(context.Background(), args, env)
	t.Logf("%v: %d %s", args, code, talk.String())
	return code, out.Bytes()
}

func storyEnv(key string) string {
	return map[string]string{
		"GIT_AUTHOR_NAME": "Jane Doe", "GIT_AUTHOR_EMAIL": "jane@acme.example",
		"GIT_COMMITTER_NAME": "Jane Doe", "GIT_COMMITTER_EMAIL": "jane@acme.example", "GIT_CONFIG_NOSYSTEM": "1",
	}[key]
}

func TestSARIFNamesRuleAndPlace(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "init")
	if err := os.WriteFile(filepath.Join(dir, "a b.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "casebook.yaml"), []byte("format: 1\nbranch: main\nformat: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := run(t, dir, "validate", "--format", "sarif")
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID   string
						Help struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID, Level string
				RuleIndex     int
				Message       struct{ Text string }
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatal(err)
	}
	if code != 4 || log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != 2 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	rules := log.Runs[0].Tool.Driver.Rules
	if len(rules) != len(casefile.Rules()) {
		t.Errorf("%d rules, want %d", len(rules), len(casefile.Rules()))
	}
	for i, want := range []struct {
		rule, uri    string
		line, column int
	}{{"stray-file", "a%20b.txt", 0, 0}, {"duplicate-key", "casebook.yaml", 3, 1}} {
		r := log.Runs[0].Results[i]
		at := r.Locations[0].PhysicalLocation
		if r.RuleID != want.rule || rules[r.RuleIndex].ID != want.rule || rules[r.RuleIndex].Help.Text == "" || r.Level != "error" || r.Message.Text == "" || at.ArtifactLocation.URI != want.uri {
			t.Errorf("got %+v, want %+v", r, want)
		}
		if (at.Region == nil) != (want.line == 0) || at.Region != nil && (at.Region.StartLine != want.line || at.Region.StartColumn != want.column) {
			t.Errorf("region of %s: %+v", want.rule, at.Region)
		}
	}
}
