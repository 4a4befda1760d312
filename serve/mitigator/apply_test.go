package mitigator

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWordsOfACommand(t *testing.T) {
	for _, c := range []struct {
		command string
		want    []string
	}{
		{"", nil},
		{"  ", nil},
		{"scan {}", []string{"scan", "{}"}},
		{"a  b\tc\nd", []string{"a", "b", "c", "d"}},
		{`'with space'/x "two words" three\ words`, []string{"with space/x", "two words", "three words"}},
		{`a "" ''`, []string{"a", "", ""}},
		{`a "in \"quotes\"" '\n' "\n"`, []string{"a", `in "quotes"`, `\n`, `\n`}},
		{`scan --database={}`, []string{"scan", "--database={}"}},
		{`a ; b | c > d $HOME`, []string{"a", ";", "b", "|", "c", ">", "d", "$HOME"}},
	} {
		got, err := split(c.command)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, %v, want %q", c.command, got, err, c.want)
		}
	}
	for _, open := range []string{`a "b`, `a 'b`, `a \`, `"" a`} {
		if got, err := split(open); err == nil {
			t.Errorf("%q was taken as %q", open, got)
		}
	}
}

func TestWhereThePatternStandsInTheCommand(t *testing.T) {
	for _, c := range []struct{ words, want []string }{
		{[]string{"scan"}, []string{"scan", "f"}},
		{[]string{"scan", "{}", "-v"}, []string{"scan", "f", "-v"}},
		{[]string{"scan", "-d={}", "{}"}, []string{"scan", "-d=f", "f"}},
		{[]string{"{}"}, []string{"{}", "f"}},
	} {
		if got := fill(c.words, "f"); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.words, got, c.want)
		}
	}
}

func TestWhatCameOfACleanup(t *testing.T) {
	for _, c := range []struct {
		name, says string
		status     int
		event      string
		result     string
	}{
		{"silent success", "", 0, "applied", "Resolved threats: All threats resolved"},
		{"a result", "Scanned endpoint: No threat found", 0, "applied", "Scanned endpoint: No threat found"},
		{"talk that is no result", "End Date:   2026:11:23 10:00:00", 0, "applied", "Resolved threats: All threats resolved"},
		{"a failure told in words", "Unsuccessful: Cannot connect to endpoint", 0, "failed", "Unsuccessful: Cannot connect to endpoint"},
		{"a failure told twice", "Unsuccessful: mitigation timeout", 3, "failed", "Unsuccessful: mitigation timeout"},
		{"an exit status", "", 3, "failed", "Unsuccessful: exit status 3"},
		{"an exit status that contradicts the words", "Resolved threats: All threats resolved", 2, "failed", "Unsuccessful: exit status 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPortal(t)
			p.custom(1, "a", "the bytes")
			once(t, p.config(t, commandIn(t, t.TempDir(), c.says, c.status)))
			last := p.receipts[len(p.receipts)-1]
			if !strings.HasPrefix(last, "1 "+c.event) || !strings.HasSuffix(last, "result="+c.result) {
				t.Errorf("receipt %q, want %s %s", last, c.event, c.result)
			}
		})
	}
	t.Run("a command that is not there", func(t *testing.T) {
		p := newPortal(t)
		p.custom(1, "a", "the bytes")
		once(t, p.config(t, "/no/such/command"))
		if last := p.receipts[len(p.receipts)-1]; !strings.HasSuffix(last, "result=Unsuccessful: the command cannot be run") {
			t.Errorf("receipt %q", last)
		}
	})
}

func TestOnlyTheEndOfWhatACommandPrintsIsKept(t *testing.T) {
	var out tail
	for range 1000 {
		fmt.Fprintln(&out, strings.Repeat("x", 1000))
	}
	fmt.Fprintln(&out, "Resolved threats: Potential threat resolved")
	if len(out.kept) > tailSize || out.result() != "Resolved threats: Potential threat resolved" {
		t.Errorf("%d bytes kept, result %q", len(out.kept), out.result())
	}
}

func TestWaitsStayInTheirBounds(t *testing.T) {
	for misses := 1; misses < 2000; misses++ {
		if d := backoff(misses); d <= 0 || d > longest {
			t.Fatalf("%d misses: %v", misses, d)
		}
		if d := spread(10 * time.Minute); d < 9*time.Minute || d > 11*time.Minute {
			t.Fatalf("spread %v", d)
		}
	}
}

func TestRunGoesOnAfterTroubleAndEndsWhenTold(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	p.cut = 3
	c := p.config(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	waits := 0
	c.Sleep = func(context.Context, time.Duration) error {
		if waits++; waits == 3 {
			cancel()
		}
		return ctx.Err()
	}
	if err := Run(ctx, c); err != nil {
		t.Error(err)
	}
	if len(p.receipts) != 1 || len(p.polls) != 3 || p.polls[1] != "" || p.polls[2] == "" {
		t.Errorf("receipts %q, polls %q: want the download done on the second pass and known on the third", p.receipts, p.polls)
	}
}

func TestACommandUnderWayIsStoppedWithTheMitigatorAndNotRunAgain(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	noted := t.TempDir()
	c := p.config(t, commandIn(t, noted, "for ever", 0))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, c) }()
	for deadline := time.Now().Add(15 * time.Second); len(runs(t, noted)) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the command was never started")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	once(t, c)
	last := p.receipts[len(p.receipts)-1]
	if len(runs(t, noted)) != 1 || !strings.HasPrefix(last, "1 failed") || !strings.HasSuffix(last, "Unsuccessful: interrupted") {
		t.Errorf("%d runs, receipt %q", len(runs(t, noted)), last)
	}
}

// Whenever it is killed, the command has not run twice for any pattern, and in the end
// every pattern is reported applied or failed.
func TestKilledAtAnyMomentNothingIsAppliedTwice(t *testing.T) {
	p := newPortal(t)
	const patterns = 12
	for id := 1; id <= patterns; id++ {
		p.custom(id, "a", fmt.Sprint("bytes of ", id))
	}
	noted, dir := t.TempDir(), t.TempDir()
	command := commandIn(t, noted, "", 0)
	for life := 0; life < 15; life++ {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(self)
		c.Env = append(os.Environ(), "AS_MITIGATOR="+p.URL, "AS_DIR="+dir, "AS_EXEC="+command)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+life*17) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
	}
	time.Sleep(200 * time.Millisecond) // commands outlive the mitigator that was killed
	c := p.config(t, command)
	c.Dir = dir
	once(t, c)
	times, ended := map[string]int{}, map[string]int{}
	for _, run := range runs(t, noted) {
		id, _, _ := strings.Cut(run, " ")
		times[id]++
	}
	for _, r := range p.receipts {
		words := strings.Fields(r)
		if words[1] != "downloaded" {
			ended[words[0]+words[1]] = 1
			ended[words[0]]++
		}
	}
	for id := 1; id <= patterns; id++ {
		key := fmt.Sprint(id)
		if times[key] > 1 {
			t.Errorf("pattern %d was applied %d times", id, times[key])
		}
		if ended[key+"applied"]+ended[key+"failed"] != 1 {
			t.Errorf("pattern %d: reported %d times applied or failed, in %d kinds", id, ended[key], ended[key+"applied"]+ended[key+"failed"])
		}
	}
}
