//go:build !linux && !darwin

package repo

import "os"

// systemStat says as little as it can: git then compares size and time, or looks into the file.
func systemStat(info os.FileInfo) fileStat { return fileStat{changed: info.ModTime()} }
