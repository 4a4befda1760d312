package serve

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// What is published is remembered in the state folder: a server that is started again
// while the branch is at a commit that is no good goes on with the last good one, as it
// would have without the restart.

func (p *publisher) memory() string { return filepath.Join(p.repo.State().Dir(), "published") }

func (p *publisher) remember(branch, commit string) {
	beside := p.memory() + ".new"
	err := os.WriteFile(beside, []byte(commit+" "+branch+"\n"), 0o600)
	if err == nil {
		err = os.Rename(beside, p.memory())
	}
	if err != nil {
		p.log.Warn("cannot remember what is published", "error", err)
	}
}

// remembered is the commit of the branch that was published last; "" if none is known.
func (p *publisher) remembered(branch string) string {
	text, _ := os.ReadFile(p.memory()) // a file that is not there remembers nothing
	commit, of, whole := strings.Cut(strings.TrimSuffix(string(text), "\n"), " ")
	if !whole || of != branch || len(commit) != 40 {
		return ""
	}
	return commit
}

// resume publishes what was published before the server was started, once, if it still
// passes every check.
func (p *publisher) resume(ctx context.Context, branch string) {
	commit := p.remembered(branch)
	if p.resumed || commit == "" {
		return
	}
	p.resumed = true
	s, err := p.repo.Snapshot(commit)
	if err != nil {
		return // git has thrown it away
	}
	next, problems, err := p.read(ctx, s)
	if err != nil || len(problems) > 0 {
		_ = s.Close() // nothing was written
		return
	}
	if err := p.publish(next, s, branch); err != nil {
		p.log.Warn("cannot close a commit", "error", err)
	}
}
