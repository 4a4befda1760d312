package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A `git gc --prune=now` first finds out what is in use and then removes what is not; what is committed
// between the two it removes as well. It says that it runs in gc.pid, so a change stays until it is over,
// and writes again what it took.

// How long a change stays at most, and how often it looks. A gc that takes longer is one of a large
// repository, begun by git itself, which spares what is younger than two weeks.
const (
	gcPatience = 3 * time.Second
	gcGlance   = 20 * time.Millisecond
)

// outlast sees to it that the commit's objects are there after a gc that is running now.
func (c *change) outlast(fresh *pending, paths []string) error {
	for range gcPatience / gcGlance {
		running := c.repo.gcRuns()
		if err := c.restore(fresh, paths); err != nil || !running {
			return err
		}
		time.Sleep(gcGlance)
	}
	return c.restore(fresh, paths)
}

// restore writes again whatever of the commit's objects is missing.
func (c *change) restore(fresh *pending, paths []string) error {
	for _, file := range paths {
		if b := c.tx.puts[file].blob; b != nil {
			if err := b.place(c.repo.objects()); err != nil {
				return err
			}
		}
	}
	return fresh.restore(c.repo.objects())
}

// gcRuns reports whether a git gc runs on this machine.
func (r *Repo) gcRuns() bool {
	data, err := os.ReadFile(filepath.Join(r.common, "gc.pid"))
	if err != nil {
		return false
	}
	var pid int
	var host string
	if n, _ := fmt.Sscan(string(data), &pid, &host); n != 2 {
		return true // being written
	}
	here, err := os.Hostname()
	return err == nil && host == here && lives(pid)
}
