package repo

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"casebook/casefile"
)

// exampleBook is examples/casebook, committed on main by the real git.
func exampleBook(t *testing.T) *book {
	t.Helper()
	need(t, "git")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../examples/casebook")); err != nil {
		t.Fatal(err)
	}
	b := &book{t, must(Init(dir, testEnv))}
	b.commit("the example")
	return b
}

func (b *book) commit(message string) {
	b.Helper()
	b.git("add", "-A")
	o := b.oracle()
	o.env = append(o.env, "GIT_COMMITTER_DATE=2026-11-23T09:12:00Z") // no time of the example is to come
	o.git("commit", "-q", "--allow-empty", "-m", message)
}

// edit carries out changes as the rules' examples write them: a path, and below it the lines that go and
// come; or delete, link, executable, grow PATH SIZE, move or copy FROM TO. What is meanwhile is left out.
func (b *book) edit(script string) {
	b.Helper()
	for _, part := range parts(script) {
		words := strings.Fields(part[0])
		file := filepath.Join(b.Root(), filepath.FromSlash(words[len(words)-1]))
		switch words[0] {
		case "meanwhile":
		case "delete":
			must(0, os.Remove(file))
		case "link":
			must(0, os.Remove(file))
			must(0, os.Symlink("/etc/passwd", file))
		case "executable":
			must(0, os.Chmod(file, 0o755))
		case "grow":
			file = filepath.Join(b.Root(), filepath.FromSlash(words[1]))
			text := must(os.ReadFile(file))
			text = append(text, "#"+strings.Repeat("x", must(strconv.Atoi(words[2]))-len(text)-2)+"\n"...)
			must(0, os.WriteFile(file, text, 0o666))
		case "copy":
			must(0, os.MkdirAll(filepath.Dir(file), 0o777))
			must(0, os.WriteFile(file, []byte(b.read(words[1])), 0o666))
		case "move":
			must(0, os.MkdirAll(filepath.Dir(file), 0o777))
			must(0, os.Rename(filepath.Join(b.Root(), filepath.FromSlash(words[1])), file))
		default:
			b.write(words[0], b.editLines(words[0], part[1:]))
		}
	}
}

func (b *book) editLines(name string, lines []string) string {
	b.Helper()
	text, _ := os.ReadFile(filepath.Join(b.Root(), filepath.FromSlash(name)))
	var out, in string
	for _, line := range lines {
		if line[0] == '-' {
			out += line[1:] + "\n"
		} else {
			in += line[1:] + "\n"
		}
	}
	if out != "" && strings.Count("\n"+string(text), "\n"+out) != 1 {
		b.Fatalf("%s does not hold the lines once:\n%s", name, out)
	}
	if out == "" {
		return string(text) + in
	}
	return strings.Replace("\n"+string(text), "\n"+out, "\n"+in, 1)[1:]
}

// parts are the paths of a script with their lines.
func parts(script string) (found [][]string) {
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if line[0] != '-' && line[0] != '+' {
			found = append(found, nil)
		}
		last := len(found) - 1
		found[last] = append(found[last], line)
	}
	return found
}

// propose commits the script on a branch, and what happens meanwhile on main, and judges it.
func (b *book) propose(script string) casefile.Problems {
	b.Helper()
	for _, part := range parts(script) {
		if name, ok := strings.CutPrefix(part[0], "meanwhile "); ok {
			b.write(name, b.editLines(name, part[1:]))
			b.commit("meanwhile")
			b.git("switch", "-q", "--detach", "HEAD^")
		}
	}
	b.git("switch", "-q", "-c", "proposal")
	b.edit(script)
	b.commit("proposed")
	p := must(b.Propose("main", "proposal"))
	defer p.Close()
	return must(p.Validate())
}

func TestEveryRuleHasAnExampleThatBreaksItAndOneThatKeepsIt(t *testing.T) {
	t.Parallel()
	for _, e := range casefile.Rules() {
		t.Run(string(e.Rule), func(t *testing.T) {
			t.Parallel()
			ps := exampleBook(t).propose(e.Bad)
			if len(ps) != 1 || ps[0].Rule != e.Rule {
				t.Errorf("the bad example: %v", ps)
			}
			if len(ps) > 0 && (ps[0].Advice() == "" || ps[0].Severity() != e.Severity) {
				t.Errorf("advice %q, severity %q", ps[0].Advice(), ps[0].Severity())
			}
			b := exampleBook(t)
			if ps := b.propose(e.Good); len(ps) > 0 {
				t.Errorf("the good example: %v", ps)
			}
		})
	}
}

// The rules that need no base are broken in a commit by itself, too.
func TestEveryRuleOfACommitHasAnExampleThatBreaksIt(t *testing.T) {
	t.Parallel()
	for _, e := range casefile.Rules() {
		if slices.Contains([]casefile.Rule{casefile.RuleIllegalMove, casefile.RuleFixedField, casefile.RuleDeletedRecord, casefile.RuleReusedID, casefile.RuleCaseKey, casefile.RuleSignature, casefile.RuleOddTime, casefile.RuleAttributes, casefile.RuleOtherBranch}, e.Rule) {
			continue
		}
		t.Run(string(e.Rule), func(t *testing.T) {
			t.Parallel()
			b := exampleBook(t)
			b.edit(e.Bad)
			ps := must(b.ValidateWorkTree())
			if len(ps) != 1 || ps[0].Rule != e.Rule {
				t.Errorf("the bad example: %v", ps)
			}
			b = exampleBook(t)
			b.edit(e.Good)
			if ps := must(b.ValidateWorkTree()); len(ps) > 0 {
				t.Errorf("the good example: %v", ps)
			}
		})
	}
}
