package examples_test

import (
	"os"
	"os/exec"
	"testing"
)

func need(t testing.TB, program string) {
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CASEBOOK_REQUIRE") == "all" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}
