package serve

import (
	"context"
	"time"

	"casebook/repo"
)

// mendTime is how long a lock of git's own is waited for before nothing is mended.
const mendTime = 2 * time.Second

// mend finishes what a server or a verb that was killed began to commit, and takes its locks
// away: git waits for them for ever, and the next change here may be long in coming. Whatever
// stands in the way of it stands in the way of that change too, which tells.
func (p *publisher) mend(ctx context.Context) {
	if p.found.Load() == nil || p.stock == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, mendTime)
	defer cancel()
	nothing := func(*repo.Tx) (repo.Message, error) { return repo.Message{}, nil }
	_, _ = p.repo.Change(ctx, p.how(&repo.Signature{Name: serverName, Email: serverEmail}), nothing)
}
