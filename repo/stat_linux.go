package repo

import (
	"os"
	"syscall"
	"time"
)

// systemStat is what the index records of a file beyond size and time of writing.
func systemStat(info os.FileInfo) fileStat {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileStat{changed: info.ModTime()}
	}
	return fileStat{time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec)), uint32(s.Dev), uint32(s.Ino), s.Uid, s.Gid}
}
