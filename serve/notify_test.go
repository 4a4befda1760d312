package serve

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

func TestSystemdIsTold(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no systemd")
	}
	folder, err := os.MkdirTemp("", "n") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	at := filepath.Join(folder, "s")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	env := map[string]string{"NOTIFY_SOCKET": at, "WATCHDOG_USEC": "20000", "WATCHDOG_PID": strconv.Itoa(os.Getpid())}
	s := newBook(t).run(Config{Getenv: func(name string) string { return env[name] }})
	next := func() string {
		buffer := make([]byte, 100)
		if err := heard.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := heard.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		return string(buffer[:n])
	}
	said := map[string]bool{}
	for !said["READY=1"] || !said["WATCHDOG=1"] {
		said[next()] = true
	}
	go s.stop()
	for !said["STOPPING=1"] {
		said[next()] = true
	}
	if len(said) != 3 {
		t.Errorf("said %v", said)
	}
}

func TestWhoeverIsNotMeantGivesNoSignsOfLife(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want time.Duration
	}{
		"nobody":            {nil, 0},
		"us":                {map[string]string{"WATCHDOG_USEC": "3000000"}, 1500 * time.Millisecond},
		"another process":   {map[string]string{"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, 0},
		"what is no number": {map[string]string{"WATCHDOG_USEC": "soon"}, 0},
		"a negative number": {map[string]string{"WATCHDOG_USEC": "-5"}, 0},
	} {
		if got := newSupervisor(func(n string) string { return c.env[n] }).every; got != c.want {
			t.Errorf("%s: every %v, want %v", name, got, c.want)
		}
	}
}
