package serve

import (
	"bytes"
	"crypto/tls"
	"net"
	"sync"
)

// readmitted is the listener through which connections come back to net/http.
type readmitted struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newReadmitted() *readmitted {
	return &readmitted{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// admit gives a connection back, with what was read of it. After Close nobody answers it.
func (l *readmitted) admit(conn net.Conn, rest []byte) {
	rest = bytes.Clone(rest)
	switch c := conn.(type) {
	case *net.TCPConn:
		conn = &resumedTCP{c, unread{rest}}
	case *tls.Conn:
		conn = &resumedTLS{c, unread{rest}}
	}
	select {
	case l.conns <- conn:
	case <-l.closed:
		_ = conn.Close()
	}
}

func (l *readmitted) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *readmitted) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is no address: nobody outside can reach it.
func (l *readmitted) Addr() net.Addr { return &net.TCPAddr{} }

// unread is what was read of a connection and is to be read again.
type unread struct{ rest []byte }

func (u *unread) readOr(read func([]byte) (int, error), b []byte) (int, error) {
	if len(u.rest) == 0 {
		return read(b)
	}
	n := copy(b, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// resumedTCP has all that net/http looks for in a connection, so that the kernel goes on
// copying files to it.
type resumedTCP struct {
	*net.TCPConn
	unread
}

func (c *resumedTCP) Read(b []byte) (int, error) { return c.readOr(c.TCPConn.Read, b) }

// resumedTLS tells net/http of its certificates, too.
type resumedTLS struct {
	*tls.Conn
	unread
}

func (c *resumedTLS) Read(b []byte) (int, error) { return c.readOr(c.Conn.Read, b) }

// original is the connection itself, if all was read again.
func original(conn net.Conn) net.Conn {
	switch c := conn.(type) {
	case *resumedTCP:
		if len(c.rest) == 0 {
			return c.TCPConn
		}
	case *resumedTLS:
		if len(c.rest) == 0 {
			return c.Conn
		}
	}
	return conn
}
