package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"casebook/repo"
)

// download is a server of one big file with a short patience, and a connection on which it
// was asked for; ended is when the server was done with it.
func download(t *testing.T, size int64, stall time.Duration) (conn *net.TCPConn, ended chan struct{}) {
	name := filepath.Join(t.TempDir(), "big.bin")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, size); err != nil {
		t.Fatal(err)
	}
	ended = make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		content, err := os.Open(name)
		if err != nil {
			t.Error(err)
			return
		}
		defer content.Close()
		defer watched(w, r, content, stall)()
		http.ServeContent(w, r, "", time.Time{}, content)
	}))
	s.Config.ConnContext = carry
	s.Start()
	t.Cleanup(s.Close)
	dialed, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dialed.Close() })
	fmt.Fprint(dialed, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	return dialed.(*net.TCPConn), ended
}

func TestAClientThatTakesNothingIsCut(t *testing.T) {
	t.Parallel()
	_, ended := download(t, 64<<20, 200*time.Millisecond)
	select {
	case <-ended:
	case <-time.After(15 * time.Second):
		t.Error("it holds its connection")
	}
}

// What the kernel holds for a client is more than a slow one takes in the time of a stall. Its own side
// holds little: of a large buffer, room is told to the sender in steps that may take longer than the stall.
func TestAClientThatIsSlowIsServedToTheEnd(t *testing.T) {
	t.Parallel()
	const size = 24 << 20
	const stall = 2 * time.Second
	conn, ended := download(t, size, stall)
	if err := conn.SetReadBuffer(128 << 10); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReaderSize(conn, 64<<10)
	begun := time.Now()
	for time.Since(begun) < 3*stall {
		if _, err := io.CopyN(io.Discard, in, 64<<10); err != nil {
			t.Fatalf("cut after %v: %v", time.Since(begun), err)
		}
		time.Sleep(stall / 20)
		select {
		case <-ended:
			t.Fatalf("the server was done after %v", time.Since(begun))
		default:
		}
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(in, size/2)); err != nil {
		t.Error(err)
	}
}

// kernelCopies is a connection that knows whether it was handed files themselves, which is
// what lets the kernel copy: a TCP connection does the same test.
type kernelCopies struct {
	*net.TCPConn
	files *atomic.Int32
}

func (c kernelCopies) ReadFrom(src io.Reader) (int64, error) {
	if limited, ok := src.(*io.LimitedReader); ok {
		if _, ok := limited.R.(*os.File); ok {
			c.files.Add(1)
		}
	}
	return c.TCPConn.ReadFrom(src)
}

type kernelListener struct {
	net.Listener
	files *atomic.Int32
}

func (l kernelListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return kernelCopies{conn.(*net.TCPConn), l.files}, nil
}

func TestTheKernelCopiesFromDiskToSocket(t *testing.T) {
	b := newBook(t)
	p := b.upload(b.receive("acme", "ws-017"), "big.bin", strings.Repeat("0123456789abcdef", 1<<14))
	s := b.serve()
	var files atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := Config{}.filled().server(s.api)
	go server.Serve(kernelListener{l, &files})
	defer server.Close()
	for name, headers := range map[string]string{"whole": "", "a range": "bytes=70000-200000", "the end": "bytes=-100000"} {
		files.Store(0)
		r, err := http.NewRequest("GET", "http://"+l.Addr().String()+"/v1/files/"+string(p.File.SHA256), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+acmeToken)
		if headers != "" {
			r.Header.Set("Range", headers)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(bodyOf(answer)); int64(n) != answer.ContentLength || files.Load() != 1 {
			t.Errorf("%s: %s, %d bytes, the file was handed over %d times", name, answer.Status, n, files.Load())
		}
		answer.Body.Close()
	}
}

// What is being downloaded is downloaded to its end, also when it is on no list any more.
func TestADownloadOutlivesItsEntry(t *testing.T) {
	b := newBook(t)
	const content = 12 << 20 // more than the kernel takes in one go
	c := b.receive("acme", "ws-017")
	p := b.upload(c, "big.bin", strings.Repeat("0123456789abcdef", content/16))
	s := b.serve()
	up := s.run(Config{})
	w := dial(t, up.listen)
	fmt.Fprintf(w, "GET /v1/files/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", p.File.SHA256, acmeToken)
	r := w.answered(200)
	b.change("", func(tx *repo.Tx) error {
		if err := c.Withdraw(p, "wrong", tx.Stamp()); err != nil {
			return err
		}
		return tx.Put(c, p)
	})
	until(t, "it is on no list", func() bool {
		code, _ := get(t, up.listen+"/v1/files/"+string(p.File.SHA256), acmeToken)
		return code == 404
	})
	_ = w.SetReadDeadline(time.Now().Add(15 * time.Second))
	if n, err := io.Copy(io.Discard, r.Body); n != content || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
