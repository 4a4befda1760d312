package repo

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Commit is one commit as its log tells it.
type Commit struct {
	Hash    string
	Author  string // name and e-mail address
	Time    time.Time
	Message string
}

// Log are the last n commits along first parents, newest first; all of them where n is 0. In a shallow
// clone they end where the clone was cut off.
func (s *Snapshot) Log(n int) ([]Commit, error) {
	var log []Commit
	for h := s.commit; !h.IsZero() && (n == 0 || len(log) < n); {
		c, err := s.objects.commit(h)
		if err != nil {
			return log, err
		}
		by := c.Author.Name + " <" + c.Author.Email + ">"
		log = append(log, Commit{h.String(), by, c.Author.When, c.Message})
		if len(c.ParentHashes) == 0 || s.repo.cutOff(h) {
			break
		}
		h = c.ParentHashes[0]
	}
	return log, nil
}

// Shallow reports whether the commit is read in a shallow clone, where a commit with which history
// begins holds all that was done before.
func (s *Snapshot) Shallow() bool {
	data, err := os.ReadFile(filepath.Join(s.repo.common, "shallow"))
	return err == nil && len(data) > 0
}

// cutOff reports whether a shallow clone ends at this commit.
func (r *Repo) cutOff(h plumbing.Hash) bool {
	data, err := os.ReadFile(filepath.Join(r.common, "shallow"))
	return err == nil && strings.Contains(string(data), h.String())
}
