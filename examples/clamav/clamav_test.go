// Package clamav_test runs the example beside it where ClamAV is installed.
package clamav_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestARealCleanup(t *testing.T) {
	for _, program := range []string{"bash", "go", "git", "curl", "clamscan", "sigtool"} {
		need(t, program)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	script := exec.CommandContext(ctx, "bash", "run.sh")
	script.Cancel = func() error { return script.Process.Signal(os.Interrupt) }
	script.WaitDelay = 10 * time.Second
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func need(t testing.TB, program string) {
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CASEBOOK_REQUIRE") == "all" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}
