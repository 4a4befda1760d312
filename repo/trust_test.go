package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// court is a book that demands signatures, with git set up to sign for anybody.
type court struct {
	*book
	keys map[string]string // files, by e-mail address
	line map[string]string // of allowed_signers
}

// newCourt demands that Jane signs. Bob and Eve have keys that nobody allowed.
func newCourt(t testing.TB) *court {
	c := &court{newBook(t), map[string]string{}, map[string]string{}}
	for _, name := range []string{"jane", "bob", "eve"} {
		file, public := newKey(t, "")
		email := name + "@acme.example"
		c.keys[name], c.line[name] = file, email+` namespaces="git" `+public
	}
	c.as("jane", casefile.SignersFile, c.line["jane"]+"\n")
	c.as("jane", casefile.BookFile, strings.Replace(c.read(casefile.BookFile), "optional", "required", 1))
	return c
}

// as commits a file, signed with somebody's key; with nobody's for "".
func (c *court) as(who, file, text string) string {
	c.Helper()
	c.write(file, text)
	c.git("add", "-A")
	c.sign(who, "commit", "-qm", who+" writes "+file)
	return c.git("rev-parse", "HEAD")
}

func (c *court) sign(who string, args ...string) {
	c.Helper()
	signing := []string{"-c", "commit.gpgsign=false"}
	if who != "" {
		email := who + "@acme.example"
		signing = []string{"-c", "gpg.format=ssh", "-c", "commit.gpgsign=true", "-c", "user.signingkey=" + c.keys[who]}
		o := c.oracle()
		o.env = append(o.env, "GIT_COMMITTER_EMAIL="+email, "GIT_COMMITTER_DATE=2026-11-23T09:12:00Z")
		o.git(append(signing, args...)...)
		return
	}
	c.git(append(signing, args...)...)
}

// wrong is what the commits since a base are accused of.
func (c *court) wrong(base string) string {
	c.Helper()
	s := must(c.Snapshot(""))
	defer s.Close()
	var said []string
	for _, p := range must(s.CheckSignatures(base)) {
		_, why, _ := strings.Cut(p.Text, "): ")
		why, _, _ = strings.Cut(why, " (SHA256")
		said = append(said, why)
	}
	return strings.Join(said, "; ")
}

const notAllowed = "its key is not in allowed_signers"

func TestNoCommitAdmitsItself(t *testing.T) {
	both := func(c *court) string { return c.line["jane"] + "\n" + c.line["bob"] + "\n" }
	for _, test := range []struct {
		name string
		do   func(*court)
		want string
	}{
		{"an allowed signer", func(c *court) { c.as("jane", "README.md", "1") }, ""},
		{"nobody", func(c *court) { c.as("", "README.md", "1") }, "it is not signed"},
		{"a stranger", func(c *court) { c.as("eve", "README.md", "1") }, notAllowed},
		{"one who admits himself", func(c *court) { c.as("bob", casefile.SignersFile, both(c)) }, notAllowed},
		{"one who was admitted before", func(c *court) { c.as("jane", casefile.SignersFile, both(c)); c.as("bob", "README.md", "1") }, ""},
		{"one whose key was taken back", func(c *court) {
			c.as("jane", casefile.SignersFile, both(c))
			c.as("bob", casefile.SignersFile, c.line["bob"]+"\n")
			c.as("jane", "README.md", "1")
		}, notAllowed},
		{"one who signs for another", func(c *court) {
			c.as("jane", casefile.SignersFile, c.line["jane"]+"\n"+strings.Replace(c.line["bob"], "bob@", "jane@", 1)+"\n")
			c.as("bob", "README.md", "1")
		}, "its key is jane@acme.example's, and bob@acme.example committed"},
		{"one whom nobody demands to sign any more", func(c *court) {
			c.as("", casefile.BookFile, strings.Replace(c.read(casefile.BookFile), "required", "optional", 1))
			c.as("", "README.md", "1")
		}, "it is not signed; it is not signed"},
		{"an unsigned one below a signed one", func(c *court) { c.as("", "README.md", "1"); c.as("jane", "README.md", "2") }, "it is not signed"},
		{"a list that cannot be read", func(c *court) {
			c.as("jane", casefile.SignersFile, both(c)+"nonsense\n")
			c.as("jane", "README.md", "1")
		}, notAllowed},
		{"a branch merged", func(c *court) {
			c.git("switch", "-qc", "side")
			c.as("jane", "docs/a.md", "1")
			c.git("switch", "-q", "main")
			c.as("jane", "README.md", "1")
			c.sign("jane", "merge", "-q", "--no-edit", "side")
		}, ""},
		{"a stranger's branch merged", func(c *court) {
			c.git("switch", "-qc", "side")
			c.as("eve", "docs/a.md", "1")
			c.git("switch", "-q", "main")
			c.sign("jane", "merge", "-q", "--no-ff", "--no-edit", "side")
		}, notAllowed},
		{"a merge by a stranger", func(c *court) {
			c.git("switch", "-qc", "side")
			c.as("jane", "docs/a.md", "1")
			c.git("switch", "-q", "main")
			c.as("jane", "README.md", "1")
			c.sign("eve", "merge", "-q", "--no-edit", "side")
		}, notAllowed},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCourt(t)
			base := c.git("rev-parse", "HEAD")
			test.do(c)
			expect(t, "since the base", c.wrong(base), test.want)
			if !strings.Contains(test.name, "any more") { // from where signatures are not demanded, nothing is
				expect(t, "from the beginning", c.wrong(""), test.want)
			}
		})
	}
}

func TestAKeyTakenBackAdmitsNobodyByWayOfAnOldBranch(t *testing.T) {
	c := newCourt(t)
	c.as("jane", casefile.SignersFile, c.line["jane"]+"\n"+c.line["bob"]+"\n")
	c.git("branch", "old")
	base := c.as("jane", casefile.SignersFile, c.line["jane"]+"\n")
	c.git("switch", "-q", "old")
	c.as("bob", "README.md", "1")
	expect(t, "the branch moved there by force", c.wrong(base), notAllowed)
	c.sign("bob", "merge", "-q", "--no-edit", "main")
	expect(t, "and with the base merged into it", c.wrong(base), notAllowed)
	c.git("switch", "-q", "main")
	c.git("reset", "-q", "--hard", "HEAD~1")
	expect(t, "set back", c.wrong(base), "")
	c.git("checkout", "-q", "--orphan", "other")
	c.as("eve", casefile.SignersFile, c.line["eve"]+"\n")
	expect(t, "a history of its own", c.wrong(base), notAllowed)
}

// Where nobody says what was good before, the history itself has to tell how its demand ended.
func TestADemandEndsOnlyWithASignature(t *testing.T) {
	optional := func(c *court) string { return strings.Replace(c.read(casefile.BookFile), "required", "optional", 1) }
	for _, test := range []struct {
		name string
		do   func(*court)
		want string
	}{
		{"taken away by an allowed signer", func(c *court) { c.as("jane", casefile.BookFile, optional(c)); c.as("", "README.md", "1") }, ""},
		{"taken away by nobody", func(c *court) { c.as("", casefile.BookFile, optional(c)) }, "it is not signed"},
		{"taken away by a stranger", func(c *court) { c.as("eve", casefile.BookFile, optional(c)) }, notAllowed},
		{"and much was done since", func(c *court) {
			c.as("", casefile.BookFile, optional(c))
			c.as("jane", "README.md", "1")
			c.as("", "README.md", "2")
		}, "it is not signed"},
		{"by one who let himself in before", func(c *court) {
			c.as("eve", casefile.SignersFile, c.line["eve"]+"\n")
			c.as("eve", casefile.BookFile, optional(c))
		}, notAllowed},
		{"by one who let himself in with it", func(c *court) {
			c.write(casefile.SignersFile, c.line["eve"]+"\n")
			c.as("eve", casefile.BookFile, optional(c))
		}, notAllowed},
		{"all signers taken out before", func(c *court) { c.as("", casefile.SignersFile, "# nobody\n"); c.as("", casefile.BookFile, optional(c)) },
			"it is not signed; it is not signed"},
		{"casebook.yaml gone", func(c *court) { c.git("rm", "-q", casefile.BookFile); c.as("", "README.md", "1") }, "it is not signed"},
		{"demanded again, and ended with a signature", func(c *court) {
			book := c.read(casefile.BookFile)
			c.as("", casefile.BookFile, optional(c))
			c.as("jane", casefile.BookFile, book)
			c.as("jane", casefile.BookFile, optional(c))
		}, "it is not signed"},
		{"a line from before the demand, with it merged into that", func(c *court) {
			c.git("switch", "-q", "-c", "side", "HEAD~1")
			c.as("", "README.md", "1")
			c.sign("", "merge", "-q", "-s", "ours", "-m", "merged", "main")
		}, "it is not signed"},
		{"the same by one who let himself in there", func(c *court) {
			c.git("switch", "-q", "-c", "side", "HEAD~1")
			c.as("", casefile.SignersFile, c.line["eve"]+"\n")
			c.sign("eve", "merge", "-q", "-s", "ours", "-m", "merged", "main")
		}, notAllowed},
		{"a history of its own, with it merged into that", func(c *court) {
			c.git("checkout", "-q", "--orphan", "other")
			c.as("eve", casefile.SignersFile, c.line["eve"]+"\n")
			c.sign("eve", "merge", "-q", "-s", "ours", "--allow-unrelated-histories", "-m", "merged", "main")
		}, notAllowed},
		{"a stranger's own court, with it merged into that", func(c *court) {
			book := c.read(casefile.BookFile)
			c.git("switch", "-q", "-c", "side", "HEAD~1")
			c.as("", casefile.SignersFile, c.line["eve"]+"\n")
			c.as("eve", casefile.BookFile, book)
			c.sign("eve", "merge", "-q", "-s", "ours", "-m", "merged", "main")
		}, notAllowed},
		{"a branch from before the demand, with it merged into that by an allowed signer", func(c *court) {
			c.git("switch", "-q", "-c", "side", "HEAD~2")
			c.as("", "README.md", "1")
			c.sign("jane", "merge", "-q", "-m", "merged", "main")
		}, ""},
		{"an older branch, merged by somebody who was let in since", func(c *court) {
			c.git("branch", "side")
			c.as("jane", casefile.SignersFile, c.line["jane"]+"\n"+c.line["bob"]+"\n")
			c.git("switch", "-q", "side")
			c.as("jane", "README.md", "1")
			c.git("switch", "-q", "main")
			c.sign("bob", "merge", "-q", "-m", "merged", "side")
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCourt(t)
			test.do(c)
			expect(t, "from the beginning", c.wrong(""), test.want)
		})
	}
}

func TestABranchFromBeforeTheDemandIsJudgedAsItsMergeWillBe(t *testing.T) {
	for who, want := range map[string]string{"": "it is not signed", "eve": notAllowed, "jane": ""} {
		c := newCourt(t)
		c.git("switch", "-q", "-c", "side", "HEAD~2")
		c.as(who, "README.md", "1")
		p := must(c.Propose("main", "side"))
		proposed := must(p.Validate()).Error()
		p.Close()
		base := c.git("rev-parse", "main")
		c.git("switch", "-q", "main")
		c.sign("jane", "merge", "-q", "--no-ff", "-m", "merged", "side")
		expect(t, "merged, by "+who, c.wrong(base), want)
		if (proposed == "") != (want == "") || !strings.Contains(proposed, want) {
			t.Errorf("proposed by %q: %s", who, proposed)
		}
	}
}

func TestWhatWasPublishedUnderADemandIsNotForgotten(t *testing.T) {
	c := newCourt(t)
	gone := strings.Repeat("1", 40)
	published := c.git("rev-parse", "HEAD")
	c.as("jane", casefile.BookFile, strings.Replace(c.read(casefile.BookFile), "required", "optional", 1))
	expect(t, "a base that is gone and demanded nothing", c.wrong(gone), "")
	must(0, os.MkdirAll(c.State().Dir(), 0o700))
	must(0, c.State().Publish(Publication{Commit: published, Branch: "main"}))
	must(0, c.State().Publish(Publication{Commit: gone, Branch: "main", Signed: true}))
	must(0, c.State().Publish(Publication{Commit: gone, Branch: "main", Signed: true}))
	expect(t, "published", strings.Join(c.State().Published("main"), " "), published+" "+gone)
	s := must(c.Snapshot(""))
	defer s.Close()
	problems := must(s.CheckSignatures(gone))
	if len(problems) != 1 || !strings.Contains(problems[0].Text, gone+", is gone") || !strings.Contains(problems[0].Hint, "published") {
		t.Errorf("a base that is gone and demanded signatures: %v", problems)
	}
}

func TestValidateDemandsSignatures(t *testing.T) {
	c := newCourt(t)
	base := c.git("rev-parse", "HEAD")
	c.as("eve", "README.md", "1")
	s := must(c.Snapshot(""))
	defer s.Close()
	problems := must(s.Validate())
	if len(problems) != 1 || problems[0].Rule != casefile.RuleSignature || !strings.Contains(problems[0].Text, "eve writes README.md") {
		t.Errorf("validate: %v", problems)
	}
	p := must(c.Propose(base, "HEAD"))
	defer p.Close()
	expect(t, "validate --base", must(p.Validate()).Error(), problems.Error())
	c.write(casefile.SignersFile, c.line["jane"]+"\n\nbob@acme.example\n")
	expect(t, "the list itself", must(c.ValidateWorkTree()).Error(), "allowed_signers:3:1: no SSH key after the principals bob@acme.example")
}

func TestOurVerdictIsGits(t *testing.T) {
	c := newCourt(t)
	list := filepath.Join(t.TempDir(), "signers")
	for _, line := range []string{
		c.line["jane"], c.line["bob"], strings.Replace(c.line["jane"], `"git"`, `"file"`, 1), "*@acme.example" + c.line["jane"][len("jane@acme.example"):],
		strings.Replace(c.line["jane"], `"git"`, `"git",valid-before="20260101Z"`, 1), strings.Replace(c.line["jane"], `"git"`, `"git",valid-after="20260101Z"`, 1),
	} {
		must(0, os.WriteFile(list, []byte(line+"\n"), 0o600))
		git := c.oracle().command("-c", "gpg.ssh.allowedSignersFile="+list, "verify-commit", "HEAD").Run() == nil
		data := must(must(c.Snapshot("")).objects.bytes(plumbing.CommitObject, must(c.tip("main")), maxObject))
		may, _ := parseSigners([]byte(line))
		if ours := judge(data, committerIn(data), may).wrong; (ours == "") != git {
			t.Errorf("%s\ngit says %v, and we %q", line, git, ours)
		}
	}
}
