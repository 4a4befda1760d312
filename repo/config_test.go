package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each text is read as the real git reads it, or refused as git refuses it.
func TestConfigIsReadAsGitReadsIt(t *testing.T) {
	o := newOracle(t)
	for name, text := range map[string]string{
		"nothing":               "",
		"plain":                 "[user]\n\tname = Jane Doe\n\temail = jane@acme.example\n",
		"on one line":           "[user] name = Jane\n",
		"without a value":       "[core]\n\tbare\n",
		"without, then comment": "[core]\n\tbare # yes\n",
		"an empty value":        "[core]\n\tbare =\n",
		"quotes":                "[user]\n\tname = \"Jane # ; Doe \" \n",
		"quotes in the middle":  "[user]\n\tname = Jane \"von  der\"  Doe\n",
		"escapes":               "[user]\n\tname = \"a\\tb\\n\\\"c\\\\\"\n",
		"comments":              "# one\n; two\n[user] ; three\n\tname = Jane ; four\n\temail = j # five\n",
		"continued":             "[user]\n\tname = Jane \\\n Doe\n",
		"continued in quotes":   "[user]\n\tname = \"Jane \\\nDoe\"\n",
		"subsections":           "[remote \"Or ig.in\"]\n\turl = x\n[branch \"a\\\"b\\\\c\"]\n\tmerge = y\n",
		"old subsections":       "[remote.Origin]\n\turl = x\n",
		"case":                  "[USER]\n\tName = x\n\tNAME = y\n",
		"carriage returns":      "[user]\r\n\tname = Jane\r\n",
		"a byte-order mark":     "\ufeff[user]\n\tname = Jane\n",
		"no newline at the end": "[user]\n\tname = Jane",
		"digits and dashes":     "[a-1]\n\tb-2 = c\n",
		"trailing blanks":       "[user]\n\tname = Jane \t \n",
		"no section":            "name = Jane\n",
		"an open quote":         "[user]\n\tname = \"Jane\n",
		"an open section":       "[user\n\tname = Jane\n",
		"an open subsection":    "[user \"a\n\"]\n\tname = Jane\n",
		"an unknown escape":     "[user]\n\tname = \\x\n",
		"a strange key":         "[user]\n\tna_me = x\n",
		"a lone word":           "[user]\n\tname Jane\n",
		"no section name":       "[]\n\tname = x\n",
		"an equals sign":        "[user]\n\t= x\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := o.write("config", text)
			out, gitErr := o.command("config", "--file", file, "--list", "-z").Output()
			var got strings.Builder
			err := parseConfig(file, text, func(key, value string) error {
				got.WriteString(canonicalKey(key) + "\n" + value + "\x00")
				return nil
			})
			if (err == nil) != (gitErr == nil) {
				t.Fatalf("git says %v, we say %v", gitErr, err)
			}
			want := strings.ReplaceAll(string(out), "core.bare\x00", "core.bare\ntrue\x00") // git lists a key without a value as just that
			if err == nil {
				expect(t, "settings", got.String(), want)
			}
		})
	}
}

func TestConfigFilesAndIncludes(t *testing.T) {
	o := newOracle(t)
	home := t.TempDir()
	write := func(path, text string) string {
		t.Helper()
		must(0, os.MkdirAll(filepath.Dir(path), 0o777))
		must(0, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	gitDir := must(filepath.EvalSymlinks(o.gitDir()))
	set := func(key string) string { return "[test]\n\t" + key + " = yes\n" }
	included := map[string]string{
		"gitdir:" + gitDir:                        "whole",
		"gitdir:" + filepath.Dir(gitDir) + "/":    "folder",
		"gitdir:" + filepath.Base(o.dir) + "/":    "part",
		"gitdir:~/":                               "not-home",
		"gitdir/i:" + strings.ToUpper(gitDir):     "any-case",
		"gitdir:" + strings.ToUpper(gitDir):       "not-case",
		"gitdir:/**/.git":                         "stars",
		"gitdir:/*/.git":                          "not-one-star",
		"gitdir:./":                               "not-here",
		"onbranch:main":                           "branch",
		"onbranch:m*":                             "branch-star",
		"onbranch:main/":                          "not-branch-folder",
		"onbranch:side":                           "not-branch",
		"hasconfig:remote.*.url:https://x.test/*": "not-known",
	}
	main := "[user]\n\tname = Home\n\temail = home@acme.example\n[include]\n\tpath = inc/plain\n\tpath = ~/inc/tilde\n\tpath = gone\n"
	for condition, key := range included {
		main += "[includeIf \"" + condition + "\"]\n\tpath = inc/" + key + "\n"
		write(filepath.Join(home, "inc", key), set(key))
	}
	write(filepath.Join(home, ".gitconfig"), main)
	write(filepath.Join(home, "inc", "plain"), set("plain")+"[include]\n\tpath = nested\n")
	write(filepath.Join(home, "inc", "nested"), set("nested"))
	write(filepath.Join(home, "inc", "tilde"), set("tilde"))
	write(filepath.Join(home, ".config", "git", "config"), "[user]\n\tname = Weaker\n"+set("xdg"))
	write(filepath.Join(gitDir, "config.worktree"), set("worktree"))
	o.git("config", "user.name", "Repository")
	o.git("config", "extensions.worktreeConfig", "true")
	env := map[string]string{"HOME": home, "GIT_CONFIG_NOSYSTEM": "1"}
	getenv := func(key string) string { return env[key] }
	o.env = append(o.env, "HOME="+home, "GIT_CONFIG_COUNT=0")

	c, err := readConfig(getenv, gitDir, gitDir)
	if err != nil {
		t.Fatal(err)
	}
	for key := range c.section("test") {
		if strings.HasPrefix(key, "not-") {
			t.Errorf("test.%s was taken in", key)
		}
	}
	for _, key := range []string{"user.name", "user.email", "test.plain", "test.nested", "test.tilde", "test.xdg", "test.worktree",
		"test.whole", "test.folder", "test.part", "test.any-case", "test.stars", "test.branch", "test.branch-star"} {
		got, _ := c.get(key)
		expect(t, key, got, o.git("config", key))
	}

	env["GIT_CONFIG_GLOBAL"] = write(filepath.Join(home, "other"), "[user]\n\temail = other@acme.example\n")
	env["GIT_CONFIG_COUNT"], env["GIT_CONFIG_KEY_0"], env["GIT_CONFIG_VALUE_0"] = "1", "user.name", "Environment"
	c = must(readConfig(getenv, gitDir, gitDir))
	name, _ := c.get("user.name")
	email, _ := c.get("User.Email")
	expect(t, "name", name, "Environment")
	expect(t, "email", email, "other@acme.example")
}

func TestConfigThatIsBroken(t *testing.T) {
	dir := t.TempDir()
	getenv := func(key string) string { return map[string]string{"GIT_CONFIG_NOSYSTEM": "1"}[key] }
	for want, text := range map[string]string{
		"config:3: this is no git configuration": "[a]\n\tb = c\n\td e\n",
		"too many includes":                      "[include]\n\tpath = config\n",
	} {
		must(0, os.WriteFile(filepath.Join(dir, "config"), []byte(text), 0o666))
		if _, err := readConfig(getenv, dir, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestConfigTruth(t *testing.T) {
	c := &config{map[string][]string{}}
	for value, want := range map[string]bool{"true": true, "Yes": true, "on": true, "1": true, "2": true, "false": false, "no": false, "OFF": false, "0": false, "": false} {
		c.add("core.x", value)
		expect(t, "core.x = "+value, c.isTrue("core.X", true), want)
	}
	expect(t, "not set", c.isTrue("core.y", true), true)
	expect(t, "not set", c.isTrue("core.y", false), false)
}

func FuzzConfig(f *testing.F) {
	f.Add("[a \"b\"]\n\tc = \"d\\\n\" # e\n")
	f.Fuzz(func(t *testing.T, text string) {
		parseConfig("config", text, func(key, value string) error { return nil })
		matchPath(text, "a/b", true)
	})
}
