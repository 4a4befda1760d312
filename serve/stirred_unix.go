//go:build unix

package serve

import (
	"crypto/tls"
	"errors"
	"net"
	"syscall"
)

// stirred reports whether a connection from which nothing is to be expected has something
// to read: more of the client's bytes, its end, or an error. It reads nothing.
func stirred(conn net.Conn) bool {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	sys, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return true
	}
	var seen error
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		_, _, seen = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return err != nil || !errors.Is(seen, syscall.EAGAIN) && !errors.Is(seen, syscall.EINTR)
}
