package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// refMove is one line of a reflog.
type refMove struct {
	Ref      string
	Old, New plumbing.Hash
	Who      object.Signature // the committer
	Message  string
}

// log appends the move to the ref's log, and to HEAD's when HEAD is on that ref. Without create only
// logs that are there already get the line: git's rule, see config.logsRefs.
func (s refs) log(m refMove, create bool) error {
	if err := s.appendLog(m.Ref, m, create); err != nil {
		return err
	}
	if on, err := s.head(); err != nil || on != m.Ref {
		return nil // a HEAD in motion is its mover's to log
	}
	return s.appendLog("HEAD", m, create)
}

// appendLog writes the line once, so that a repair may repeat it.
func (s refs) appendLog(name string, m refMove, create bool) error {
	top := s.folderOf(name)
	file := filepath.Join(top, "logs", filepath.FromSlash(name))
	flags := os.O_RDWR | os.O_APPEND
	if create {
		flags |= os.O_CREATE
		if err := makeBelow(top, filepath.Dir(file), 0o777); err != nil {
			return err
		}
		if isFolder(file) {
			if err := removeEmptyTree(file); err != nil {
				return err
			}
		}
	}
	f, err := os.OpenFile(file, flags, 0o666)
	if errors.Is(err, fs.ErrNotExist) && !create {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if last, err := lastLine(f); err != nil || bytes.HasPrefix(last, m.hashes()) {
		return err
	}
	_, err = f.Write(m.line())
	return err
}

func (m refMove) hashes() []byte { return []byte(m.Old.String() + " " + m.New.String() + " ") }

func (m refMove) line() []byte {
	message := strings.Join(strings.Fields(m.Message), " ")
	return fmt.Appendf(m.hashes(), "%s <%s> %d %s\t%s\n", m.Who.Name, m.Who.Email, m.Who.When.Unix(), m.Who.When.Format("-0700"), message)
}

// lastLine is the last line of a log, as far as its end shows it.
func lastLine(f *os.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	tail := make([]byte, min(info.Size(), 4<<10))
	if _, err := f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return nil, err
	}
	tail = bytes.TrimSuffix(tail, []byte("\n"))
	return tail[bytes.LastIndexByte(tail, '\n')+1:], nil
}
