package serve

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// lateAnswer is an answer on a connection that net/http no longer has, and the last one
// there.
type lateAnswer struct {
	header http.Header
	status int
	body   []byte
}

func (a *lateAnswer) Header() http.Header { return a.header }

func (a *lateAnswer) WriteHeader(status int) { a.status = status }

// Write keeps the bytes themselves: thousands of answers share one list.
func (a *lateAnswer) Write(body []byte) (int, error) {
	a.body = body
	return len(body), nil
}

// send writes the answer, on a page that is used again for the next.
func (a *lateAnswer) send(conn net.Conn, page *bytes.Buffer) error {
	a.header["Date"] = []string{time.Now().UTC().Format(http.TimeFormat)}
	a.header["Connection"] = []string{"close"}
	a.writeHead(page)
	page.WriteString("\r\n")
	return sendWith(conn, page, a.body)
}

// writeHead writes the answer's head, but for the empty line after it.
func (a *lateAnswer) writeHead(page *bytes.Buffer) {
	fmt.Fprintf(page, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	_ = a.header.Write(page) // a buffer takes everything
}

// sendWith writes a page, and a body behind it.
func sendWith(conn net.Conn, page *bytes.Buffer, body []byte) error {
	if len(body) < 32<<10 { // two writes cost more than the copy
		page.Write(body)
		body = nil
	}
	if _, err := conn.Write(page.Bytes()); err != nil || body == nil {
		return err
	}
	_, err := conn.Write(body)
	return err
}

// linger waits for the client to hang up before the connection is closed: to close one with
// unread bytes resets it, and the client may lose the answer.
func linger(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second / 2))
	_, _ = io.CopyN(io.Discard, conn, 64<<10)
}
