package repo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// lockHolder names the variable that makes this test program take a lock and hold it until killed.
const lockHolder = "CASEBOOK_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(changerDir); dir != "" {
		os.Exit(runChanger(dir))
	}
	if path := os.Getenv(lockHolder); path != "" {
		l, err := takeLock(context.Background(), path, time.Second, nil)
		if err == nil {
			err = l.intend(newIntent("refs/heads/main", plumbing.ZeroHash, plumbing.Hash{1}, []string{"a/b"}))
		}
		if err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("held\n")
		time.Sleep(time.Minute)
		return
	}
	os.Exit(m.Run())
}

func TestGitAndWeExcludeEachOther(t *testing.T) {
	o := newOracle(t)
	path := filepath.Join(o.gitDir(), "index.lock")
	o.write("a", "1")
	l := must(takeLock(t.Context(), path, time.Second, nil))
	if out, err := o.command("add", "a").CombinedOutput(); err == nil {
		t.Errorf("git wrote the index while we held its lock: %s", out)
	}
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
	o.git("add", "a")

	for name, content := range map[string]string{"git's": "", "git's, half written": "DIRC\x00\x00", "another tool's": `{"pid":1}`} {
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := takeLock(t.Context(), path, 60*time.Millisecond, nil); !errors.Is(err, ErrBusy) {
			t.Errorf("%s lock: got %v", name, err)
		}
		go func() { time.Sleep(30 * time.Millisecond); os.Remove(path) }()
		must(takeLock(t.Context(), path, 5*time.Second, nil)).release()
	}
	expectNoLeftovers(t, o.gitDir())
}

func TestLockWaitEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.lock")
	defer must(takeLock(t.Context(), path, time.Second, nil)).release()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := takeLock(ctx, path, time.Minute, nil); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
}

// Who waits for long is told, once, and here does something about it.
func TestALongWaitIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.lock")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	var told []string
	l := must(takeLock(t.Context(), path, time.Minute, func(lock string) {
		told = append(told, lock)
		time.AfterFunc(100*time.Millisecond, func() { os.Remove(path) })
	}))
	defer l.release()
	if len(told) != 1 || told[0] != path {
		t.Errorf("told %q", told)
	}
}

func TestLockInAFolderThatIsNotThere(t *testing.T) {
	if _, err := takeLock(t.Context(), filepath.Join(t.TempDir(), "none", "index.lock"), time.Second, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestLockOfAKilledProcessIsTakenOver(t *testing.T) {
	if !deathShows {
		t.Skip("here a dead owner is not told from a living one")
	}
	path := filepath.Join(t.TempDir(), "index.lock")
	holder := exec.Command(must(os.Executable()))
	holder.Env = append(os.Environ(), lockHolder+"="+path)
	out := must(holder.StdoutPipe())
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 5)); n == 0 {
		t.Fatal("the holder did not get the lock", err)
	}
	if _, err := takeLock(t.Context(), path, 60*time.Millisecond, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("while the holder lives: got %v", err)
	}
	holder.Process.Kill()
	holder.Wait()
	l := must(takeLock(t.Context(), path, 5*time.Second, nil))
	if l.left == nil || l.left.New[:2] != "01" || !slices.Equal(l.left.Paths, []string{"a/b"}) {
		t.Errorf("left: %+v", l.left)
	}
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
	expectEmpty(t, filepath.Dir(path))
}

func TestOnlyAFinishedIntentCounts(t *testing.T) {
	if !deathShows {
		t.Skip("here a dead owner is not told from a living one")
	}
	whole := `{"branch":"refs/heads/main","old":"","new":"1","paths":null}` + "\n"
	for name, c := range map[string]struct{ lines, want string }{
		"none":                   {"", ""},
		"one":                    {whole, "1"},
		"one cut in the middle":  {whole[:20], ""},
		"one without its end":    {whole[:len(whole)-1], ""},
		"one, then one cut":      {whole + whole[:20], "1"},
		"two, the later of them": {whole + `{"new":"2"}` + "\n", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.lock")
			if err := os.WriteFile(path, []byte(`{"casebook":1,"pid":1}`+"\n"+c.lines), 0o666); err != nil {
				t.Fatal(err)
			}
			l := must(takeLock(t.Context(), path, time.Second, nil))
			defer l.release()
			got := ""
			if l.left != nil {
				got = l.left.New
			}
			expect(t, "intent", got, c.want)
		})
	}
}

func TestReleaseLeavesAnothersLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.lock")
	l := must(takeLock(t.Context(), path, time.Second, nil))
	os.Remove(path)
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("a lock that was not ours is gone")
	}
}

func TestManyHoldersSomeOfWhomDie(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.lock")
	var inside, turns atomic.Int32
	var all sync.WaitGroup
	for holder := range 8 {
		all.Go(func() {
			for turn := range 10 {
				l, err := takeLock(t.Context(), path, 20*time.Second, nil)
				if err != nil {
					t.Error(err)
					return
				}
				expect(t, "holders at once", inside.Add(1), 1)
				turns.Add(1)
				inside.Add(-1)
				if deathShows && (holder+turn)%4 == 0 {
					l.f.Close() // what the system does for the killed
				} else if err := l.release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	expect(t, "turns", turns.Load(), 80)
	if l, err := takeLock(t.Context(), path, time.Second, nil); err != nil {
		t.Error(err)
	} else {
		l.release()
	}
	expectEmpty(t, filepath.Dir(path))
}

func TestSweepOfAFolderThatIsAPattern(t *testing.T) {
	if !deathShows {
		t.Skip("here a living file is not told from a dead one")
	}
	folder := filepath.Join(t.TempDir(), "a[b*")
	must(0, os.MkdirAll(folder, 0o777))
	must(0, os.WriteFile(filepath.Join(folder, leftover+strconv.Itoa(1)), nil, 0o666))
	must(0, os.WriteFile(filepath.Join(folder, "kept"), nil, 0o666))
	sweep(folder)
	expect(t, "files", len(must(os.ReadDir(folder))), 1)
}
