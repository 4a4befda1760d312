package console

import (
	"os"
	"os/exec"
	"testing"
)

// need skips the test where program is missing, unless the run promises that nothing is.
func need(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("CASEBOOK_REQUIRE") == "all" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("%s is not installed", program)
	}
}
