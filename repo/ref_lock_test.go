package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestMoveRef(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ref     string
		prepare func(o *oracle)
		old     string // "one", "two" or ""
		want    string // part of the complaint
	}{
		"a loose ref":                    {ref: "refs/heads/loose", old: "one"},
		"a packed ref":                   {ref: "refs/heads/packed", old: "one"},
		"a new ref":                      {ref: "refs/heads/new"},
		"a new ref in new folders":       {ref: "refs/heads/a/b/c"},
		"a ref that somebody moved":      {ref: "refs/heads/loose", old: "two", want: ErrLostRace.Error()},
		"a packed ref somebody moved":    {ref: "refs/heads/packed", old: "two", want: ErrLostRace.Error()},
		"a ref that is gone":             {ref: "refs/heads/new", old: "one", want: ErrLostRace.Error()},
		"a new ref that is there":        {ref: "refs/heads/loose", want: ErrLostRace.Error()},
		"a new ref that is there packed": {ref: "refs/heads/packed", want: ErrLostRace.Error()},
		"a name below a loose ref":       {ref: "refs/heads/loose/x", want: "in the way"},
		"a name below a packed ref":      {ref: "refs/heads/packed/x", want: "in the way"},
		"a name above a loose ref":       {ref: "refs/heads/team", want: "in the way"},
		"a name above a packed ref":      {ref: "refs/heads/group", want: "in the way"},
		"HEAD, which is another's name":  {ref: "HEAD", old: "one", want: "stands for refs/heads/main"},
		"an empty folder at its name":    {ref: "refs/heads/left", prepare: func(o *oracle) { os.MkdirAll(o.refs().file("refs/heads/left/x/y"), 0o777) }},
		"an empty file at its name": {ref: "refs/heads/hurt", old: "one", want: errUnreadable.Error(),
			prepare: func(o *oracle) { os.WriteFile(o.refs().file("refs/heads/hurt"), nil, 0o666) }},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle(t)
			hashes := map[string]plumbing.Hash{"one": plumbing.NewHash(o.commit("one"))}
			o.git("branch", "packed")
			o.git("branch", "group/member")
			o.git("pack-refs", "--all")
			o.git("branch", "loose")
			o.git("branch", "team/member")
			hashes["two"] = plumbing.NewHash(o.commit("two"))
			if c.prepare != nil {
				c.prepare(o)
			}
			before := o.git("for-each-ref")
			err := moveRef(t, o, c.ref, hashes[c.old], hashes["two"])
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want == "":
				expect(t, "ref", o.git("rev-parse", c.ref), hashes["two"].String())
			case err == nil || !strings.Contains(err.Error(), c.want):
				t.Errorf("got %v, want %s", err, c.want)
			default:
				expect(t, "refs", o.git("for-each-ref"), before)
			}
			o.git("update-ref", "refs/heads/afterwards", "HEAD")
			expectNoLeftovers(t, o.gitDir())
		})
	}
}

func moveRef(t *testing.T, o *oracle, name string, old, to plumbing.Hash) error {
	l, err := o.refs().lock(t.Context(), name, time.Second, nil)
	if err != nil {
		return err
	}
	return errors.Join(l.move(old, to), l.release())
}

// expectNoLeftovers fails if a lock or a draft of ours is left anywhere.
func expectNoLeftovers(t *testing.T, folder string) {
	t.Helper()
	filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && (strings.HasPrefix(d.Name(), leftover) || strings.HasSuffix(path, ".lock") || strings.HasPrefix(d.Name(), "tmp_obj_")) {
			t.Errorf("%s is left", path)
		}
		return nil
	})
}

func TestGitCannotMoveALockedRef(t *testing.T) {
	o := newOracle(t)
	one := plumbing.NewHash(o.commit("one"))
	l := must(o.refs().lock(t.Context(), "refs/heads/side", time.Second, nil))
	if o.command("update-ref", "refs/heads/side", "HEAD").Run() == nil {
		t.Error("git moved the ref while we held its lock")
	}
	o.git("pack-refs", "--all")
	expect(t, "refs while locked", o.git("for-each-ref", "--format=%(refname)"), "refs/heads/main")
	if err := errors.Join(l.move(plumbing.ZeroHash, one), l.release()); err != nil {
		t.Fatal(err)
	}
	o.git("update-ref", "refs/heads/side", o.commit("two"), one.String())
}

// Writers that each put a commit on top of the last, half of them git's, lose none.
func TestRefWritersLoseNothing(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	const writers, moves = 4, 8
	o.commit("one")
	next := make(chan plumbing.Hash, writers*moves+moves)
	tree := o.git("write-tree")
	for range cap(next) {
		next <- plumbing.NewHash(o.git("commit-tree", "-m", time.Now().String(), tree))
	}
	s := o.refs()
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range moves {
				l, err := s.lock(t.Context(), "refs/heads/main", 10*time.Second, nil)
				if err != nil {
					t.Error(err)
					return
				}
				old := must(s.read("refs/heads/main"))
				move := refMove{Ref: "refs/heads/main", Old: old, New: <-next}
				if err := errors.Join(l.move(old, move.New), s.log(move, true), l.release()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for done := 0; done < moves; {
		if o.command("update-ref", "refs/heads/main", (<-next).String()).Run() == nil {
			done++
		} else {
			next <- plumbing.NewHash(o.git("commit-tree", "-m", time.Now().String(), tree))
		}
		o.command("pack-refs", "--all").Run()
	}
	all.Wait()
	lines := strings.Split(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(s.common, "logs", "refs", "heads", "main"))))), "\n")
	expect(t, "moves in the log", len(lines), 1+writers*moves+moves)
	for i := 1; i < len(lines); i++ {
		expect(t, "what a move started from", lines[i][:40], lines[i-1][41:81])
	}
	expectNoLeftovers(t, s.common)
}
