package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"casebook/casefile"
)

// BenchmarkWaiting is what it takes to tell all of a fleet that waits: from the end of the
// commit to each answer's first byte, and the server's memory. CASEBOOK_BENCH_WAITING is
// the size of the fleet.
func BenchmarkWaiting(b *testing.B) {
	waiters := 1000
	if n, err := strconv.Atoi(os.Getenv("CASEBOOK_BENCH_WAITING")); err == nil {
		waiters = n
	}
	k := newBook(b)
	c := k.receive("acme", "ws-017")
	server := child(b, k.dir)
	var took []time.Duration
	held, cpu := 0, 0
	for b.Loop() {
		b.StopTimer()
		answered := server.fleet(b, waiters)
		held = max(held, server.kilobytes(b, "VmRSS"))
		before := server.cpu(b)
		b.StartTimer()
		k.specify(c, casefile.SmartScan)
		done := time.Now()
		for range waiters {
			took = append(took, (<-answered).Sub(done))
		}
		cpu += server.cpu(b) - before
	}
	slices.Sort(took)
	for name, part := range map[string]int{"p50-ms": len(took) / 2, "p99-ms": len(took) * 99 / 100, "last-ms": len(took) - 1} {
		b.ReportMetric(float64(took[part].Microseconds())/1000, name)
	}
	b.ReportMetric(float64(cpu)*10/float64(b.N), "server-cpu-ms") // the kernel's ticks are 10 ms
	b.ReportMetric(float64(held)/1024, "waiting-MB")
	b.ReportMetric(float64(server.kilobytes(b, "VmHWM"))/1024, "peak-MB")
}

// process is a server in a process of its own.
type process struct {
	listen, console string
	pid             int
}

func child(b *testing.B, dir string) *process {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), "AS_SERVER="+dir)
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	p := &process{pid: c.Process.Pid}
	if _, err := fmt.Fscanln(out, &p.listen); err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fscanln(out, &p.console); err != nil {
		b.Fatal(err)
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

// fleet are polls that wait, and when each was answered.
func (p *process) fleet(b *testing.B, n int) <-chan time.Time {
	b.Helper()
	etag := p.status(b).Customers[0].ETag
	answered := make(chan time.Time, n)
	var dialing sync.WaitGroup
	for part := range 8 {
		dialing.Go(func() {
			for range (n + part) / 8 {
				conn, err := net.Dial("tcp", p.listen)
				if err != nil {
					b.Error(err)
					return
				}
				fmt.Fprintf(conn, "GET /v1/patterns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIf-None-Match: %s\r\nPrefer: wait=300\r\n\r\n", acmeToken, etag)
				go answer200(b, conn, answered)
			}
		})
	}
	dialing.Wait()
	until(b, "all wait", func() bool { return p.status(b).Waiting == n })
	return answered
}

func answer200(b *testing.B, conn net.Conn, answered chan<- time.Time) {
	defer conn.Close()
	begin := make([]byte, len("HTTP/1.1 200"))
	_, err := conn.Read(begin)
	answered <- time.Now()
	if err != nil || !strings.HasSuffix(string(begin), " 200") {
		b.Errorf("%q %v", begin, err)
	}
	_, _ = io.Copy(io.Discard, conn)
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
