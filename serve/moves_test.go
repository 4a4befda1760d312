package serve

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// follows waits until the server serves the tip of its branch; as it looks at nearly no
// tick, an event must have told it.
func (b *book) follows(s running, tip string) {
	b.Helper()
	until(b, "serving "+tip, func() bool {
		_, ready := get(b, s.console+"/readyz", "")
		return strings.Contains(ready, "serving "+tip)
	})
}

func (b *book) rename(company string) string {
	b.Helper()
	return b.commit(&casefile.Customer{Account: "acme", Company: company})
}

func run(t testing.TB, words ...string) string {
	t.Helper()
	need(t, words[0])
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", words, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestAPushIntoABareRepositoryIsPublished(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	bare := filepath.Join(t.TempDir(), "acme.git")
	run(t, "git", "clone", "-q", "--bare", b.dir, bare)
	b.git("remote", "add", "there", bare)
	s := (&book{t, bare, nil}).run(Config{Tick: time.Hour})
	defer s.stop()
	for _, company := range []string{"Acme 1", "Acme 2"} {
		tip := b.rename(company)
		b.git("push", "-q", "there", "main")
		b.follows(s, tip)
		run(t, "git", "-C", bare, "gc", "-q", "--prune=now")
	}
}

func TestALinkedWorkTreeIsWatchedWhereItsBranchesAre(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	linked := filepath.Join(t.TempDir(), "linked")
	b.git("worktree", "add", "-q", "-b", "elsewhere", linked)
	s := (&book{t, linked, nil}).run(Config{Tick: time.Hour, Branch: "main"})
	defer s.stop()
	b.follows(s, b.rename("Acme 1"))
	b.git("pack-refs", "--all")
	b.follows(s, b.rename("Acme 2"))
}

func TestABranchComesBack(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	s := b.run(Config{Tick: time.Hour, Branch: "release/acme"})
	defer s.stop()
	b.git("branch", "release/acme")
	b.follows(s, b.git("rev-parse", "main"))
	b.git("branch", "-D", "release/acme")
	until(t, "it is missed", func() bool { _, ready := get(t, s.console+"/readyz", ""); return strings.Contains(ready, "not found") })
	if code, _ := get(t, s.listen+"/v1/patterns", acmeToken); code != 200 {
		t.Errorf("without its branch: %d", code)
	}
	tip := b.rename("Acme 1")
	b.git("branch", "release/acme")
	b.follows(s, tip)
}

func TestAForcedPushIsReported(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	first := b.git("rev-parse", "main")
	s := b.serve()
	second := b.rename("Acme 1")
	s.look(t.Context())
	if s.found.Load().rewound != nil {
		t.Errorf("one step ahead: %+v", s.found.Load().rewound)
	}
	b.git("reset", "-q", "--hard", first)
	s.look(t.Context())
	if r := s.found.Load().rewound; r == nil || r.from != second || r.to != first {
		t.Fatalf("one step back: %+v", r)
	}
	if _, status := s.admin("/status"); !strings.Contains(status, `"rewound":{"from":"`+second) {
		t.Errorf("/status %s", status)
	}
	tip := ""
	for range 70 {
		tip = b.rename(strings.TrimSpace("Acme " + tip))
	}
	s.look(t.Context())
	if f := s.found.Load(); f.published != tip || f.rewound.from != second {
		t.Errorf("many steps ahead: %+v", f.rewound)
	}
	if n := strings.Count(s.log.String(), "rewound"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

// Somebody renames the repository away and clones it anew in its place.
func TestAReplacedRepositoryIsFollowed(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "a.bin", long("the bytes"))
	top := t.TempDir()
	here, away := filepath.Join(top, "here"), filepath.Join(top, "away")
	run(t, "git", "clone", "-q", b.dir, here)
	s := (&book{t, here, nil}).run(Config{Tick: time.Hour, Batch: 20 * time.Millisecond})
	defer s.stop()
	b.follows(s, b.git("rev-parse", "main"))
	for _, word := range []string{"before", "after"} {
		report := `{"event":"applied","endpoint":"` + word + `","sha256":"` + string(p.File.SHA256) + `"}`
		if code := post(t, s.listen, int(p.ID), report); code != 202 {
			t.Fatalf("%s: a receipt is answered %d", word, code)
		}
		until(t, "the receipt is committed", func() bool { return strings.Contains(delivered(t, here, p), word) })
		if word == "before" {
			tip := b.rename("Acme 1")
			if err := os.Rename(here, away); err != nil {
				t.Fatal(err)
			}
			run(t, "git", "clone", "-q", b.dir, here)
			b.follows(s, tip)
		}
	}
	until(t, "nothing is pending", func() bool { // a moment after it is committed
		_, status := get(t, s.console+"/status", "")
		return strings.Contains(status, `"pending":0`)
	})
	if code, content := get(t, s.listen+"/v1/files/"+string(p.File.SHA256), acmeToken); code != 200 || content != long("the bytes") {
		t.Errorf("the file: %d %.20q", code, content)
	}
}

// delivered are the endpoints of a pattern's receipts, as any clone shows them.
func delivered(t testing.TB, dir string, p *casefile.Pattern) string {
	r, err := repo.Open(dir, "", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	branch, err := r.Deliveries()
	if err != nil {
		t.Fatal(err)
	}
	defer branch.Close()
	of, err := branch.DeliveriesOf(p.Ref())
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, d := range of {
		for _, r := range d.Receipts {
			said += r.Endpoint + " "
		}
	}
	return said
}
