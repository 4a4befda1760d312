package serve

import (
	"net"
	"syscall"
	"unsafe"
)

// queued is how many bytes the kernel holds for the client. A slow client takes from there
// for long before there is room for more of the file.
func queued(conn net.Conn) int {
	sys, ok := conn.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return 0
	}
	var n int32
	_ = raw.Control(func(fd uintptr) {
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCOUTQ, uintptr(unsafe.Pointer(&n)))
	})
	return int(n)
}
