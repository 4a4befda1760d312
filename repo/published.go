package repo

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// PublishedFile is where a server writes down what it publishes: a line for each commit, with its branch
// and, where the commit demands signatures, the word signed; oldest first. Nothing is taken out of it.
func (s *State) PublishedFile() string { return filepath.Join(s.dir, "published") }

// Publication is a line of that file.
type Publication struct {
	Commit, Branch string
	Signed         bool // the commit demands signatures
}

func (p Publication) String() string {
	if p.Signed {
		return p.Commit + " " + p.Branch + " signed"
	}
	return p.Commit + " " + p.Branch
}

// Publish writes down that a commit is published; what was published last is not written down again.
func (s *State) Publish(p Publication) error {
	text := s.published()
	whole := text == "" || strings.HasSuffix(text, "\n")
	if all := commitsOf(text, p.Branch); whole && len(all) > 0 && all[len(all)-1] == p.Commit {
		return nil
	}
	line := p.String() + "\n"
	if !whole {
		line = "\n" + line // a crash, or an editor, left the last line without its end
	}
	f, err := os.OpenFile(s.PublishedFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}

// Published are the commits of a branch that were published by the server here, oldest first; none where
// no server ran. A line that a crash tore is left out.
func (s *State) Published(branch string) []string { return commitsOf(s.published(), branch) }

// LastPublished is what the server here published last, on whatever branch.
func (s *State) LastPublished() (last Publication) {
	for p := range publications(s.published()) {
		last = p
	}
	return last
}

func commitsOf(text, branch string) (commits []string) {
	for p := range publications(text) {
		if p.Branch == branch {
			commits = append(commits, p.Commit)
		}
	}
	return commits
}

// Demanding reports whether a commit was published here and demanded signatures: that is still known when
// git has thrown the commit away.
func (s *State) Demanding(commit string) bool {
	for p := range publications(s.published()) {
		if p.Signed && p.Commit == commit {
			return true
		}
	}
	return false
}

func (s *State) published() string {
	text, _ := os.ReadFile(s.PublishedFile())
	return string(text)
}

func publications(text string) iter.Seq[Publication] {
	return func(yield func(Publication) bool) {
		for line := range strings.Lines(text) {
			word := strings.Split(strings.TrimRight(line, "\r\n"), " ")
			whole := len(word[0]) == 40 && (len(word) == 2 || len(word) == 3 && word[2] == "signed")
			if whole && !yield(Publication{word[0], word[1], len(word) == 3}) {
				return
			}
		}
	}
}
