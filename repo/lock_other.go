//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package repo

import "os"

// Here an open file can be neither renamed nor removed, which protects it as flock does elsewhere;
// but whether the owner of a lock file is dead cannot be told, so none is taken over.

const deathShows = false

func flock(*os.File) error { return nil }

func tryFlock(*os.File) bool { return false }

func renameOwned(f *os.File, to string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), to)
}

func removeOwned(f *os.File, path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Remove(path)
}

// lives says whether a process is still there.
func lives(pid int) bool {
	p, err := os.FindProcess(pid)
	if err == nil {
		p.Release()
	}
	return err == nil
}
