package serve

import (
	"context"

	"casebook/casefile"
	"casebook/repo"
)

// What is published is remembered in the state folder: a server that is started again
// while the branch is at a commit that is no good goes on with the last good one, as it
// would have without the restart. Nothing is ever taken out of that memory, a line for each
// commit, so that history --check can tell when published history was replaced.

func (p *publisher) remember(branch string, s *repo.Snapshot) {
	if p.stock == nil {
		return // it was not published, only shown
	}
	book := &casefile.Book{}
	err := s.Get(book)
	if err == nil {
		err = p.repo.State().Publish(repo.Publication{
			Commit: s.Commit(), Branch: branch, Signed: book.Signatures == casefile.SignaturesRequired,
		})
	}
	if err != nil {
		p.log.Warn("cannot remember what is published", "error", err)
	}
}

// remembered is what was published of the branch last, without a commit if none is known. Where it is HEAD that
// names the branch, which nobody has judged, a demand for signatures made on another goes before.
func (p *publisher) remembered(branch string) repo.Publication {
	state := p.repo.State()
	if last := state.LastPublished(); last.Signed && p.named == "" {
		return last
	}
	return repo.Publication{Commit: lastOf(state.Published(branch)), Branch: branch}
}

func lastOf(commits []string) string {
	if len(commits) == 0 {
		return ""
	}
	return commits[len(commits)-1]
}

// resume publishes what was published before the server was started, once, if it still
// passes every check; and goes on with its branch where the one looked at is refused.
func (p *publisher) resume(ctx context.Context, f *finding) {
	was := p.remembered(f.branch)
	if p.resumed || was.Commit == "" || was.Branch != f.branch && f.refused == nil {
		return
	}
	p.resumed = true
	s, err := p.repo.Snapshot(was.Commit)
	if err != nil {
		return // git has thrown it away
	}
	next, problems, err := p.read(ctx, s)
	if err != nil || len(problems) > 0 {
		_ = s.Close() // nothing was written
		return
	}
	f.branch = was.Branch
	if err := p.publish(next, s, f.branch); err != nil {
		p.log.Warn("cannot close a commit", "error", err)
	}
}
