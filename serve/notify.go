package serve

import (
	"context"
	"net"
	"os"
	"strconv"
	"time"
)

// supervisor is systemd, or whoever else gave us a socket to tell our state to
// (sd_notify(3)); nobody if there is none.
type supervisor struct {
	socket string
	every  time.Duration // between signs of life; 0 is none
}

func newSupervisor(getenv func(string) string) supervisor {
	s := supervisor{socket: getenv("NOTIFY_SOCKET")}
	limit, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64)
	if pid := getenv("WATCHDOG_PID"); err == nil && limit > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		s.every = time.Duration(limit) * time.Microsecond / 2
	}
	return s
}

// tell says one thing, and does without whoever does not listen.
func (s supervisor) tell(state string) {
	if s.socket == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: s.socket, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(state))
}

// reassure gives signs of life until ctx ends. Before each, alive does what would hang if
// the server hung.
func (s supervisor) reassure(ctx context.Context, alive func()) {
	if s.socket == "" || s.every <= 0 {
		return
	}
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			alive()
			s.tell("WATCHDOG=1")
		}
	}
}
