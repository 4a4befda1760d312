package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkBesideNginx runs examples/bench/run.sh, which prints the ratios.
func BenchmarkBesideNginx(b *testing.B) { beside(b, "bench/run.sh", "nginx", "wrk", "curl") }

// BenchmarkBesideSchemas runs examples/bench/validate.sh, which prints the ratios.
func BenchmarkBesideSchemas(b *testing.B) { beside(b, "bench/validate.sh", "node", "npm") }

// beside runs a comparison with programs that must be there.
func beside(b *testing.B, script string, programs ...string) {
	for _, program := range append(programs, "bash") {
		need(b, program)
	}
	casebook := filepath.Join(b.TempDir(), "casebook")
	if out, err := exec.Command("go", "build", "-o", casebook, "casebook").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		run := exec.Command("bash", script)
		run.Env = append(os.Environ(), "CASEBOOK="+casebook)
		out, err := run.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.Logf("\n%s", out)
	}
}
