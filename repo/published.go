package repo

import (
	"os"
	"path/filepath"
	"strings"
)

// PublishedFile is where a server writes down what it publishes: a line for each commit, with its branch,
// oldest first. Nothing is taken out of it.
func (s *State) PublishedFile() string { return filepath.Join(s.dir, "published") }

// Published are the commits of a branch that were published by the server here, oldest first; none where
// no server ran. A line that a crash tore is left out.
func (s *State) Published(branch string) []string {
	text, _ := os.ReadFile(s.PublishedFile())
	var commits []string
	for line := range strings.Lines(string(text)) {
		commit, of, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if of == branch && len(commit) == 40 {
			commits = append(commits, commit)
		}
	}
	return commits
}
