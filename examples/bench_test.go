package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkBesideNginx runs examples/bench/run.sh, which prints the ratios.
func BenchmarkBesideNginx(b *testing.B) {
	for _, program := range []string{"bash", "nginx", "wrk", "curl"} {
		need(b, program)
	}
	program := filepath.Join(b.TempDir(), "casebook")
	if out, err := exec.Command("go", "build", "-o", program, "casebook").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		run := exec.Command("bash", "bench/run.sh")
		run.Env = append(os.Environ(), "CASEBOOK="+program)
		out, err := run.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.Logf("\n%s", out)
	}
}
