package repo

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestReadRef(t *testing.T) {
	o := newOracle(t)
	one := o.commit("one")
	o.git("branch", "team/packed")
	o.git("pack-refs", "--all")
	two := o.commit("two")
	o.git("branch", "loose")
	o.git("symbolic-ref", "refs/heads/alias", "refs/heads/team/packed")
	o.git("symbolic-ref", "refs/heads/round", "refs/heads/round")
	heads := filepath.Join(o.gitDir(), "refs", "heads")
	for name, content := range map[string]string{"empty": "", "half": two[:20], "words": "not a hash\n"} {
		if err := os.WriteFile(filepath.Join(heads, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		ref, want string
		err       error
	}{
		"loose":                      {"refs/heads/loose", two, nil},
		"packed":                     {"refs/heads/team/packed", one, nil},
		"loose before packed":        {"refs/heads/main", two, nil},
		"through HEAD":               {"HEAD", two, nil},
		"through another ref":        {"refs/heads/alias", one, nil},
		"missing":                    {"refs/heads/nothing", "", errNoRef},
		"a folder of refs":           {"refs/heads/team", "", errNoRef},
		"below a ref":                {"refs/heads/loose/x", "", errNoRef},
		"emptied by a writer":        {"refs/heads/empty", "", errUnreadable},
		"half written":               {"refs/heads/half", "", errUnreadable},
		"something else":             {"refs/heads/words", "", errUnreadable},
		"the end of another's name":  {"refs/packed", "", errNoRef},
		"the start of another's":     {"refs/heads/mai", "", errNoRef},
		"a name that leaves refs":    {"refs/heads/../../config", "", errAny},
		"a name that is no ref":      {"config", "", errAny},
		"a ref that stands for self": {"refs/heads/round", "", errAny},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := o.refs().read(c.ref)
			switch {
			case c.err == nil && (err != nil || h.String() != c.want):
				t.Errorf("got %s, %v, want %s", h, err, c.want)
			case c.err == errAny && (err == nil || errors.Is(err, errNoRef)):
				t.Errorf("got %v, want a complaint", err)
			case c.err != nil && c.err != errAny && !errors.Is(err, c.err):
				t.Errorf("got %v, want %v", err, c.err)
			}
		})
	}
}

var errAny = errors.New("any error")

func TestHead(t *testing.T) {
	o := newOracle(t)
	expect(t, "unborn", must(o.refs().head()), "refs/heads/main")
	o.commit("one")
	o.git("checkout", "-q", "--detach")
	expect(t, "detached", must(o.refs().head()), "")
}

func TestLinkedWorktreeSharesBranchesAndOwnsItsHead(t *testing.T) {
	o := newOracle(t)
	one := o.commit("one")
	o.git("worktree", "add", "-q", "-b", "side", filepath.Join(o.dir, "linked"))
	linked := refs{gitDir: filepath.Join(o.gitDir(), "worktrees", "linked"), common: o.gitDir()}
	expect(t, "head", must(linked.head()), "refs/heads/side")
	expect(t, "main", must(linked.read("refs/heads/main")).String(), one)
	expect(t, "HEAD", must(linked.read("HEAD")).String(), one)
}

func TestRefNamesAreGits(t *testing.T) {
	need(t, "git")
	o := newOracle(t)
	for _, name := range []string{
		"refs/heads/main", "refs/heads/a/b", "refs/heads/ü", "refs/heads/@", "refs/heads/a..b", "refs/heads/.a",
		"refs/heads/a.lock", "refs/heads/a.lock/b", "refs/heads/a b", "refs/heads/a~", "refs/heads/a^", "refs/heads/a:",
		"refs/heads/a?", "refs/heads/a*", "refs/heads/a[", `refs/heads/a\b`, "refs/heads//a", "refs/heads/a/", "refs/heads/a.",
		"refs/heads/a@{b", "refs/heads/a\x7f", "refs/heads/a\n", "refs/heads/-a",
	} {
		git := o.command("check-ref-format", name).Run() == nil
		if ours := checkRefName(name) == nil; ours && !git {
			t.Errorf("%q: git refuses it and we do not", name)
		} else if git && !ours && name != "refs/heads/@" && name != "refs/heads/-a" {
			t.Errorf("%q: git allows it and we do not", name)
		}
	}
}
