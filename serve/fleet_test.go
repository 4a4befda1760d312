package serve

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fleet waits in a process of its own: what its clients cost is not the server's.

// beFleet sends what AS_FLEET says ("ADDRESS NUMBER http|https") each request on standard
// input's only line, and prints when each was answered, in nanoseconds since 1970.
func beFleet() {
	var address, scheme string
	var n int
	if _, err := fmt.Sscan(os.Getenv("AS_FLEET"), &address, &n, &scheme); err != nil {
		panic(err)
	}
	request, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	times := make(chan int64, n)
	var dialing sync.WaitGroup
	for part := range 8 {
		dialing.Go(func() {
			for range (n + part) / 8 {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					panic(err)
				}
				if scheme == "https" {
					conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
				}
				if _, err := conn.Write(request); err != nil {
					panic(err)
				}
				go awaitAnswer(conn, times)
			}
		})
	}
	dialing.Wait()
	var told strings.Builder
	for range n {
		fmt.Fprintln(&told, <-times)
	}
	fmt.Print(told.String())
}

func awaitAnswer(conn net.Conn, times chan<- int64) {
	begin := make([]byte, len("HTTP/1.1 200"))
	n, err := io.ReadFull(conn, begin)
	times <- time.Now().UnixNano()
	if err != nil || !strings.HasSuffix(string(begin), " 200") {
		fmt.Fprintf(os.Stderr, "%q %v\n", begin[:n], err)
	}
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
}

// beBare is the least a server can do: AS_BARE connections send a request, and get an
// answer each when there is a line on standard input.
func beBare() {
	n, err := strconv.Atoi(os.Getenv("AS_BARE"))
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	in := bufio.NewReader(os.Stdin)
	for {
		var held []net.Conn
		request := make([]byte, 1024)
		for range n {
			conn, err := l.Accept()
			if err != nil {
				panic(err)
			}
			if _, err := conn.Read(request); err != nil {
				panic(err)
			}
			held = append(held, conn)
		}
		fmt.Println("held")
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
		answer := []byte("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 230\r\n\r\n" + strings.Repeat("x", 230))
		for _, conn := range held {
			_, _ = conn.Write(answer)
		}
		for _, conn := range held {
			_ = conn.Close()
		}
	}
}

// fleet are n clients that wait, told what to ask.
type fleet struct {
	testing.TB
	n   int
	out *bufio.Scanner
}

func newFleet(b testing.TB, n int, address, scheme, request string) *fleet {
	b.Helper()
	c := as(b, fmt.Sprintf("AS_FLEET=%s %d %s", address, n, scheme))
	c.Stdin = strings.NewReader(request)
	return &fleet{b, n, begin(b, c)}
}

// answered is how long after a moment each was answered.
func (f *fleet) answered(after time.Time) (took []time.Duration) {
	f.Helper()
	for f.out.Scan() {
		at, err := strconv.ParseInt(f.out.Text(), 10, 64)
		if err != nil {
			f.Fatal(err)
		}
		took = append(took, time.Unix(0, at).Sub(after))
	}
	if len(took) != f.n {
		f.Fatalf("%d of %d were answered", len(took), f.n)
	}
	return took
}

// as is this program, as what a variable says.
func as(b testing.TB, variables ...string) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), variables...)
	c.Stderr = os.Stderr
	return c
}

// begin starts a program, and is what it prints.
func begin(b testing.TB, c *exec.Cmd) *bufio.Scanner {
	b.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return bufio.NewScanner(out)
}
