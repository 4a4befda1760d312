package repo

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The names by which a test tells another process of this binary what to do.
const (
	changerDir   = "CASEBOOK_TEST_CHANGER"
	changerCount = "CASEBOOK_TEST_CHANGES"
	changerName  = "CASEBOOK_TEST_NAME"
)

// runChanger makes changes, and reports each on a line of its own as soon as it has succeeded.
func runChanger(dir string) int {
	r, err := Open(dir, "", testEnv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	count, _ := strconv.Atoi(os.Getenv(changerCount))
	for i := range count {
		name := fmt.Sprintf("%s-%d", os.Getenv(changerName), i)
		changed, err := r.Change(context.Background(), How{Now: testNow}, func(tx *Tx) (Message, error) {
			_, err := receive(tx, "acme", name)
			return Message{Subject: "receive " + name}, err
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(changed.Commit)
	}
	return 0
}

// changer is another process that makes changes in b.
func (b *book) changer(name string, count int) *exec.Cmd {
	cmd := exec.Command(must(os.Executable()))
	cmd.Env = append(os.Environ(), changerDir+"="+b.place(), changerCount+"="+strconv.Itoa(count), changerName+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}

// expectAll fails unless every commit that was reported is in the branch's history.
func (b *book) expectAll(reported []string) {
	b.Helper()
	history := b.git("rev-list", "main")
	for _, commit := range reported {
		if !strings.Contains(history, commit) {
			b.Errorf("commit %s was reported and is lost", commit)
		}
	}
}

func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	if !deathShows {
		t.Skip("here a dead owner's lock is not taken over")
	}
	b := newBook(t)
	need(t, "git")
	var reported []string
	for round := range 6 {
		cmd := b.changer(fmt.Sprintf("r%d", round), 1000)
		out := must(cmd.StdoutPipe())
		must(0, cmd.Start())
		lines := bufio.NewScanner(out)
		for range 1 + rand.IntN(3) {
			if lines.Scan() {
				reported = append(reported, lines.Text())
			}
		}
		time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
		cmd.Process.Kill()
		for lines.Scan() {
			reported = append(reported, lines.Text())
		}
		cmd.Wait()
		b.receive("after-" + strconv.Itoa(round))
		expect(t, "git status", b.git("status", "--porcelain"), "")
	}
	b.sound()
	b.expectAll(reported)
	expect(t, "problems", must(b.ValidateWorkTree()).Error(), "")
}

func TestManyWritersLoseNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		book    func(testing.TB) *book
		writers int
		git     []string
	}{
		{"in a work tree, beside git commit", newBook, 8, []string{"commit", "-q", "--allow-empty", "-m", "by git"}},
		{"in a work tree, beside git gc", newBook, 2, []string{"gc", "-q", "--prune=now"}},
		{"in a bare repository", newBareBook, 8, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := test.book(t)
			need(t, "git")
			const changes = 3
			reported := b.allAtOnce(test.writers, changes, test.git)
			expect(t, "reports", len(reported), test.writers*changes)
			b.expectAll(reported)
			b.sound()
		})
	}
}

// allAtOnce lets writers make changes side by side, and git meanwhile do something again and again.
func (b *book) allAtOnce(writers, changes int, git []string) (reported []string) {
	var all sync.WaitGroup
	var mu sync.Mutex
	for n := range writers {
		all.Go(func() {
			out, err := b.changer(fmt.Sprintf("w%d", n), changes).Output()
			if err != nil {
				b.Errorf("writer %d: %v", n, err)
			}
			mu.Lock()
			defer mu.Unlock()
			reported = append(reported, strings.Fields(string(out))...)
		})
	}
	done := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() {
		for o := b.oracle(); len(git) > 0; time.Sleep(5 * time.Millisecond) {
			o.command(git...).Run() // refused while we hold the lock, which is right
			select {
			case <-done:
				return
			default:
			}
		}
	})
	all.Wait()
	close(done)
	beside.Wait()
	return reported
}

// newBareBook is the same casebook in a repository without a work tree.
func newBareBook(t testing.TB) *book {
	t.Helper()
	o := newOracle(t, "--bare")
	return furnish(t, must(Open(o.dir, "", testEnv)))
}
