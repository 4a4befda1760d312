package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/serve/mitigator"
)

// TestMain lets the test binary also be a server that can be killed, and what a benchmark
// needs beside it.
func TestMain(m *testing.M) {
	if os.Getenv("AS_FLEET") != "" {
		beFleet()
		return
	}
	if os.Getenv("AS_BARE") != "" {
		beBare()
		return
	}
	if dir := os.Getenv("AS_SERVER"); dir != "" {
		c := Config{Dir: dir, Listen: "127.0.0.1:0", Console: "127.0.0.1:0", Batch: 30 * time.Millisecond}
		if dir := os.Getenv("AS_SERVER_TLS"); dir != "" {
			c.TLS = TLS{Cert: filepath.Join(dir, "server.crt"), Key: filepath.Join(dir, "server.key")}
		}
		err := Run(context.Background(), c, func(listen, console net.Addr) { fmt.Printf("%s\n%s\n", listen, console) })
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// running is a server on listeners of its own.
type running struct {
	listen, console string
	stop            func() error
}

func (b *book) run(c Config) running {
	b.Helper()
	c.Dir, c.Listen, c.Console = b.dir, "127.0.0.1:0", "127.0.0.1:0"
	ctx, cancel := context.WithCancel(b.Context())
	up, ended := make(chan running, 1), make(chan error, 1)
	go func() {
		ended <- Run(ctx, c, func(listen, console net.Addr) {
			up <- running{listen: "http://" + listen.String(), console: "http://" + console.String()}
		})
	}()
	select {
	case r := <-up:
		r.stop = func() error { cancel(); return <-ended }
		return r
	case err := <-ended:
		b.Fatal(err)
	}
	panic("unreachable")
}

// until waits for a server to answer as wanted; the deadline is far above what it takes.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func get(t testing.TB, url, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	return answer.StatusCode, bodyOf(answer)
}

func TestOneServerForAStateFolder(t *testing.T) {
	b := newBook(t)
	s := b.run(Config{})
	err := Run(t.Context(), Config{Dir: b.dir, Listen: "127.0.0.1:0"}, func(net.Addr, net.Addr) { t.Error("it serves") })
	if !errors.Is(err, ErrServing) {
		t.Errorf("error %v", err)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	again := b.run(Config{})
	if err := again.stop(); err != nil {
		t.Error(err)
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	b := newBook(t)
	never := func(net.Addr, net.Addr) { t.Error("it serves") }
	for _, c := range []Config{
		{Listen: "0.0.0.0:0"}, {Listen: ":0"}, {Listen: "[::]:0"}, {Listen: "192.0.2.1:80"}, {},
		{Listen: "127.0.0.1:0", Console: ":0"}, {Listen: "127.0.0.1:0", Console: "0.0.0.0:0", PlainHTTP: true},
	} {
		c.Dir = b.dir
		err := Run(t.Context(), c, never)
		var exposed *Exposed
		if c.Listen == "" {
			if err == nil {
				t.Error("no address at all is taken")
			}
			continue
		}
		if !errors.As(err, &exposed) || exposed.Console != (c.Console != "") {
			t.Errorf("listen %s, console %s: %v", c.Listen, c.Console, err)
		}
	}
	for _, wrong := range []string{"nonsense", "127.0.0.1", "127.0.0.1:http:x", "127.0.0.1:99999"} {
		if err := Run(t.Context(), Config{Dir: b.dir, Listen: wrong}, never); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestWhatIsUnderWayEndsBeforeTheServerDoes(t *testing.T) {
	b := newBook(t)
	content := strings.Repeat("0123456789abcdef", 1<<20)
	p := b.upload(b.receive("acme", "ws-017"), "big.bin", content)
	s := b.run(Config{Batch: time.Hour})
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	r, err := http.NewRequest(http.MethodGet, s.listen+"/v1/files/"+string(p.File.SHA256), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+acmeToken)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if code := post(t, s.listen, 1, `{"event":"downloaded","sha256":"`+string(p.File.SHA256)+`"}`); code != 202 {
		t.Fatal(code)
	}
	stopped := make(chan error)
	go func() { stopped <- s.stop() }()
	time.Sleep(50 * time.Millisecond)
	if n, err := io.Copy(io.Discard, answer.Body); n != int64(len(content)) || err != nil {
		t.Errorf("%d of %d bytes, %v", n, len(content), err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	branch, err := b.repo.Deliveries()
	if err != nil {
		t.Fatal(err)
	}
	if of, err := branch.DeliveriesOf(p.Ref()); err != nil || len(of) != 1 {
		t.Errorf("the last receipt was not delivered: %v %v", of, err)
	}
}

func post(t testing.TB, server string, id int, body string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/v1/patterns/%d/receipts", server, id), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+acmeToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// Raw requests no http.Client would send.
func TestBothLengthsAtOnceAreRefused(t *testing.T) {
	b := newBook(t)
	s := b.run(Config{})
	defer s.stop()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.listen, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/patterns/1/receipts HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/patterns HTTP/1.1\r\nHost: x\r\n\r\n")
	in := bufio.NewReader(conn)
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	isProblem(t, r, 400, "bad-request")
	if _, err := http.ReadResponse(in, nil); err == nil {
		t.Error("the request behind it was answered")
	}
}

// mortal is a server in a process of its own, to be killed, and its address for mitigators.
func (b *book) mortal() (c *exec.Cmd, server string) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c = exec.Command(self)
	c.Env = append(os.Environ(), "AS_SERVER="+b.dir)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("%v\n%s", err, said.String())
	}
	return c, "http://" + strings.TrimSpace(address)
}

// A server killed at any moment has committed, or finds again, every receipt it answered,
// and commits none twice.
func TestKilledAtAnyMomentNoAnsweredReceiptIsLost(t *testing.T) {
	b := newBook(t)
	b.specify(b.receive("acme", "ws-017"), casefile.SmartScanAgent)
	answered := map[string]bool{}
	for life := range 8 {
		c, server := b.mortal()
		for n := 0; ; n++ {
			version := fmt.Sprintf("%d.%d", life, n)
			code := post(t, server, 1, `{"event":"applied","version":"`+version+`"}`)
			if code == 503 {
				time.Sleep(5 * time.Millisecond) // not published yet
				continue
			}
			if code != 202 {
				break
			}
			answered[version] = true
			if n := len(answered); n%3 == 1 { // it dies in the middle of some later one
				time.AfterFunc(time.Duration(17*life)*time.Millisecond, func() { _ = c.Process.Kill() })
			}
		}
		_ = c.Wait()
	}
	s := b.serve()
	if err := s.recorder.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	of, err := s.recorder.delivered.DeliveriesOf(casefile.PatternRef{Account: "acme", ID: 1})
	if err != nil || len(of) != 1 {
		t.Fatalf("%v %v", of, err)
	}
	times := map[string]int{}
	for _, r := range of[0].Receipts {
		times[r.Version]++
	}
	for version := range answered {
		if times[version] != 1 {
			t.Errorf("receipt %s was answered, and is committed %d times", version, times[version])
		}
	}
	if len(answered) < 8 {
		t.Errorf("only %d receipts were answered in 8 lives", len(answered))
	}
}

// Both sides together, over real connections.
func TestAMitigatorLivesWithTheServer(t *testing.T) {
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "lpt$vpn.123", "the bytes")
	s := b.run(Config{Batch: 20 * time.Millisecond})
	defer s.stop()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	c := mitigator.Config{Servers: []string{s.listen}, Token: acmeToken, Dir: t.TempDir()}
	first, err := mitigator.Once(t.Context(), c)
	if err != nil || len(first.Downloaded) != 1 || first.Receipts != 1 {
		t.Fatalf("%+v %v", first, err)
	}
	second, err := mitigator.Once(t.Context(), c)
	if err != nil || !second.Polled || second.Changed {
		t.Errorf("%+v %v", second, err)
	}
	until(t, "the delivery is on its branch", func() bool {
		branch, err := b.repo.Deliveries()
		if err != nil {
			return false
		}
		defer branch.Close()
		of, err := branch.DeliveriesOf(p.Ref())
		return err == nil && p.Status(of) == casefile.Downloaded
	})
	_, body := get(t, s.console+"/status", "")
	var told status
	if err := json.Unmarshal([]byte(body), &told); err != nil || told.Mitigators[0].LastContact.IsZero() {
		t.Errorf("/status %s", body)
	}
}
