package serve

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

// BenchmarkWaiting is what it takes to tell all of a fleet that waits: from the end of the
// commit to each answer's first byte, and the server's memory. CASEBOOK_BENCH_WAITING is
// the size of the fleet. Bare is a server that does nothing but write to each.
func BenchmarkWaiting(b *testing.B) {
	n := 1000
	if wanted, err := strconv.Atoi(os.Getenv("CASEBOOK_BENCH_WAITING")); err == nil {
		n = wanted
	}
	b.Run("bare", func(b *testing.B) { benchmarkBare(b, n) })
	b.Run("http", func(b *testing.B) { benchmarkWaiting(b, n, "http") })
	b.Run("https", func(b *testing.B) { benchmarkWaiting(b, n, "https") })
}

func benchmarkWaiting(b *testing.B, n int, scheme string) {
	k := newBook(b)
	c := k.receive("acme", "ws-017")
	server := child(b, k.dir, scheme)
	var took []time.Duration
	held, cpu := 0, 0
	for b.Loop() {
		b.StopTimer()
		ask := fmt.Sprintf("GET /v1/patterns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIf-None-Match: %s\r\nPrefer: wait=300\r\n\r\n",
			acmeToken, server.status(b).Customers[0].ETag)
		all := newFleet(b, n, server.listen, scheme, ask)
		for server.status(b).Waiting < n {
			time.Sleep(50 * time.Millisecond)
		}
		held = max(held, server.kilobytes(b, "VmRSS"))
		before := server.cpu(b)
		b.StartTimer()
		k.specify(c, casefile.SmartScan)
		took = append(took, all.answered(time.Now())...)
		cpu += server.cpu(b) - before
	}
	reportTimes(b, took)
	b.ReportMetric(float64(cpu)*10/float64(b.N), "server-cpu-ms") // the kernel's ticks are 10 ms
	b.ReportMetric(float64(held)/1024, "waiting-MB")
	b.ReportMetric(float64(server.kilobytes(b, "VmHWM"))/1024, "peak-MB")
}

func benchmarkBare(b *testing.B, n int) {
	c := as(b, fmt.Sprintf("AS_BARE=%d", n))
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out := begin(b, c)
	out.Scan()
	address := out.Text()
	server := &process{pid: c.Process.Pid}
	var took []time.Duration
	cpu := 0
	for b.Loop() {
		b.StopTimer()
		all := newFleet(b, n, address, "http", "GET / HTTP/1.1\r\n\r\n")
		out.Scan() // all are held
		before := server.cpu(b)
		b.StartTimer()
		fmt.Fprintln(in)
		took = append(took, all.answered(time.Now())...)
		cpu += server.cpu(b) - before
	}
	reportTimes(b, took)
	b.ReportMetric(float64(cpu)*10/float64(b.N), "server-cpu-ms")
}

func reportTimes(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for name, part := range map[string]int{"p50-ms": len(took) / 2, "p99-ms": len(took) * 99 / 100, "last-ms": len(took) - 1} {
		b.ReportMetric(float64(took[part].Microseconds())/1000, name)
	}
}

// process is a server in a process of its own.
type process struct {
	listen, console string
	pid             int
}

func child(b *testing.B, dir, scheme string) *process {
	b.Helper()
	c := as(b, "AS_SERVER="+dir)
	if scheme == "https" {
		a := newAuthority(b)
		a.issue("server", "server", nil)
		c.Env = append(c.Env, "AS_SERVER_TLS="+a.dir)
	}
	out := begin(b, c)
	p := &process{pid: c.Process.Pid}
	for _, address := range []*string{&p.listen, &p.console} {
		out.Scan()
		*address = out.Text()
	}
	until(b, "ready", func() bool { code, _ := get(b, "http://"+p.console+"/readyz", ""); return code == 200 })
	return p
}

func (p *process) status(b *testing.B) (s status) {
	b.Helper()
	_, body := get(b, "http://"+p.console+"/status", "")
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		b.Fatal(err)
	}
	return s
}

// cpu is the time the process has had, in ticks.
func (p *process) cpu(b *testing.B) int {
	b.Helper()
	told, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		b.Skip("time is not told here")
	}
	_, fields, _ := strings.Cut(string(told), ") ")
	user, _ := strconv.Atoi(strings.Fields(fields)[11])
	system, _ := strconv.Atoi(strings.Fields(fields)[12])
	return user + system
}

// kilobytes is a line of what the kernel tells about the process.
func (p *process) kilobytes(b *testing.B, name string) int {
	b.Helper()
	told, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		b.Skip("memory is not told here")
	}
	n := regexp.MustCompile(name + `:\s+(\d+)`).FindSubmatch(told)
	if n == nil {
		b.Fatalf("%s is not told", name)
	}
	kilobytes, _ := strconv.Atoi(string(n[1]))
	return kilobytes
}
