//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package repo

import (
	"errors"
	"os"
	"syscall"
)

// deathShows: here a lock file tells whether its owner still lives.
const deathShows = true

// flock marks the file as in use by a living process; the system forgets it when the process dies.
func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			return err
		}
	}
}

// tryFlock is flock without waiting.
func tryFlock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// renameOwned moves a flocked file while it still is flocked, so that no sweep comes in between.
func renameOwned(f *os.File, to string) error {
	if err := os.Rename(f.Name(), to); err != nil {
		return err
	}
	return f.Close()
}

// removeOwned removes a flocked file while it still is flocked, so that nobody takes it over.
func removeOwned(f *os.File, path string) error {
	return errors.Join(os.Remove(path), f.Close())
}

// lives says whether a process is still there.
func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }
