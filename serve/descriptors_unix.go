//go:build unix

package serve

import "syscall"

// descriptors is how many files and connections the process may have open.
func descriptors() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return crowd
	}
	return uint64(limit.Cur)
}
