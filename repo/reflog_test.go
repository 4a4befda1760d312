package repo

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

func TestReflogReadsAsGits(t *testing.T) {
	o := newOracle(t)
	one, two := plumbing.NewHash(o.commit("one")), plumbing.NewHash(o.commit("two"))
	o.git("update-ref", "refs/heads/main", one.String())
	m := refMove{"refs/heads/main", one, two, object.Signature{
		Name: "Jane Doe", Email: "jane@acme.example", When: time.Date(2026, 11, 23, 9, 12, 0, 0, time.FixedZone("", -5400)),
	}, "commit: case close\n\n acme "}
	for range 2 { // a repair may repeat it
		if err := o.refs().log(m, true); err != nil {
			t.Fatal(err)
		}
	}
	o.git("update-ref", "--no-deref", "refs/heads/main", two.String())
	for _, log := range []string{"main", "HEAD"} {
		got := o.git("reflog", "-2", "--date=raw", "--format=%H %gn <%ge> %gd %gs", log)
		want := two.String() + " C <c@example.com> "
		expect(t, log, got[:len(want)], want)
		_, second, _ := cutLine(got)
		expect(t, log, second, two.String()+" Jane Doe <jane@acme.example> "+log+"@{1795430520 -0130} commit: case close acme")
	}
}

func cutLine(s string) (string, string, bool) {
	for i := range s {
		if s[i] == '\n' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func TestReflogIsBegunOnlyWhenGitWould(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bare            bool
		setting         string
		there           bool
		wantLog, folder bool
	}{
		"work tree":                     {wantLog: true},
		"work tree, switched off":       {setting: "false"},
		"switched off but there":        {setting: "false", there: true, wantLog: true},
		"bare":                          {bare: true},
		"bare but there":                {bare: true, there: true, wantLog: true},
		"bare, switched on":             {bare: true, setting: "true", wantLog: true},
		"bare, always":                  {bare: true, setting: "always", wantLog: true},
		"a folder left at the log name": {there: false, wantLog: true, folder: true},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{}
			if c.bare {
				args = append(args, "--bare")
			}
			o := newOracle(t, args...)
			if c.setting != "" {
				o.git("config", "core.logAllRefUpdates", c.setting)
			}
			log := filepath.Join(o.gitDir(), "logs", "refs", "heads", "side")
			if c.there || c.folder {
				os.MkdirAll(filepath.Dir(log), 0o777)
			}
			if c.there {
				os.WriteFile(log, nil, 0o666)
			}
			if c.folder {
				os.MkdirAll(filepath.Join(log, "old"), 0o777)
			}
			cfg := must(readConfig(func(string) string { return "" }, o.gitDir(), o.gitDir()))
			m := refMove{Ref: "refs/heads/side", New: plumbing.NewHash("5891b5b522d5df086d0ff0b110fbd9d21bb4fc71"), Message: "m"}
			if err := o.refs().log(m, cfg.logsRefs(c.bare)); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(log)
			expect(t, "there is a line", err == nil && len(data) > 0, c.wantLog)
		})
	}
}
