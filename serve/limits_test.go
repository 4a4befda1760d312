package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	var p pace
	start := today.Time()
	ask := func(at time.Duration) time.Duration { return p.late(start.Add(at), 2) }
	for n := range 2 * burst {
		if late := ask(0); late != 0 {
			t.Fatalf("request %d of a burst is late by %v", n, late)
		}
	}
	for _, c := range []struct{ at, late time.Duration }{
		{0, time.Second / 2}, {0, time.Second / 2}, {400 * time.Millisecond, 100 * time.Millisecond},
		{500 * time.Millisecond, 0}, {500 * time.Millisecond, time.Second / 2}, {2 * time.Second, 0}, {2 * time.Second, 0}, {2 * time.Second, 0},
		{2 * time.Second, time.Second / 2}, {time.Hour, 0},
	} {
		if late := ask(c.at); late != c.late {
			t.Errorf("after %v: late by %v, want %v", c.at, late, c.late)
		}
	}
	if late := ask(0); late != 0 {
		t.Errorf("after the clock was set back: late by %v", late)
	}
	if late := p.late(start, 0); late != 0 {
		t.Errorf("without a limit: late by %v", late)
	}
}

func TestOneMitigatorThatAsksTooFastIsToldWhenToComeAgain(t *testing.T) {
	s, p, _ := procedure(t)
	a := &api{publisher: s.publisher, recorder: s.recorder, forensics: &forensics{publisher: s.publisher}, rate: 1}
	s.api = described(t, a.routes(), false)
	for range burst {
		if r := s.ask("GET", "/v1/patterns", acmeToken); r.StatusCode != 200 {
			t.Fatal(r.Status)
		}
	}
	for _, path := range []string{"/v1/patterns", "/v1/patterns/1", "/v1/files/" + string(p.File.SHA256)} {
		r := s.ask("GET", path, acmeToken)
		if r.Header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
		}
		isProblem(t, r, 429, "rate")
	}
	isProblem(t, s.report(acmeToken, 2, `{"event":"applied","version":"1"}`), 429, "rate")
	for _, token := range []string{secondToken, zenithToken} {
		if r := s.ask("GET", "/v1/patterns", token); r.StatusCode != 200 {
			t.Errorf("another's request: %s", r.Status)
		}
	}
}

func TestBodiesWithoutALengthAreTakenOfForensicDataOnly(t *testing.T) {
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"forensic data":        {"POST", "/v1/cases?endpoint=ws-1", 204},
		"a receipt":            {"POST", "/v1/patterns/2/receipts", 400},
		"a poll":               {"GET", "/v1/patterns", 400},
		"another method":       {"PUT", "/v1/cases", 400},
		"below the forensics'": {"POST", "/v1/cases/x", 400},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader("{}"))
		r.TransferEncoding = []string{"chunked"}
		w := httptest.NewRecorder()
		wholeBodies(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })).ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Connection") != "close" {
			t.Errorf("%s: %d, Connection: %q", name, w.Code, w.Header().Get("Connection"))
		}
	}
}

// hostile is a server with a short temper, whose handler answers 204.
func hostile(t *testing.T, change func(*http.Server)) net.Conn {
	s := Config{}.filled().server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	change(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(15 * time.Second))
	return conn
}

func TestHeadersAreLimited(t *testing.T) {
	for size, want := range map[int]int{7 << 10: 204, 9 << 10: 431, 100 << 10: 431} {
		conn := hostile(t, func(*http.Server) {})
		go fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", size))
		r, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || r.StatusCode != want {
			t.Errorf("%d bytes: %v %v, want %d", size, r, err, want)
		}
	}
}

func TestWhoNeverEndsAHeaderIsCut(t *testing.T) {
	conn := hostile(t, func(s *http.Server) {
		if s.ReadHeaderTimeout <= 0 || s.ReadHeaderTimeout > 10*time.Second {
			t.Errorf("a header may take %v", s.ReadHeaderTimeout)
		}
		s.ReadHeaderTimeout = 200 * time.Millisecond
	})
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n")
	drip := time.AfterFunc(100*time.Millisecond, func() { fmt.Fprint(conn, "X: y\r\n") })
	defer drip.Stop()
	begun := time.Now()
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("not cut: %v", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("cut after %v", took)
	}
}
