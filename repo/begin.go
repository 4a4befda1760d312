package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"casebook/casefile"
)

// Steps 1 to 3 of a change: locks, repair, tip.

// begin takes the lock, repairs what a dead process left, and reads the tip.
func (c *change) begin(ctx context.Context) error {
	if err := c.takeLock(ctx); err != nil {
		return err
	}
	err := c.read()
	if err != nil {
		return errors.Join(err, c.end())
	}
	return nil
}

// takeLock takes the index's lock, by which git knows that a commit is under way, and then the branch's:
// git commit lets go of the first before it takes the second, and would come between.
func (c *change) takeLock(ctx context.Context) (err error) {
	if c.how.DryRun {
		return nil
	}
	if c.index != nil {
		if c.lock, err = takeLock(ctx, c.repo.indexFile()+".lock", lockWait, c.how.Waiting); err != nil {
			return err
		}
		c.left = c.lock.left
	}
	if c.branchLock, err = c.repo.refs().lock(ctx, c.ref, lockWait, c.how.Waiting); err != nil {
		return errors.Join(err, c.end())
	}
	if c.left == nil {
		c.left = c.branchLock.left
	}
	return nil
}

func (c *change) read() error {
	if c.left != nil {
		if err := c.repo.repair(*c.left, c.committer); err != nil {
			return err
		}
	}
	at, err := c.repo.refs().read(c.ref)
	if err != nil && !errors.Is(err, errNoRef) {
		return err
	}
	if c.tip, err = c.repo.at(at); err != nil {
		return err
	}
	c.tx = newTx(c.tip, casefile.At(c.how.Now), c.author)
	if c.index != nil {
		return c.readIndex()
	}
	return nil
}

func (c *change) readIndex() error {
	if err := c.repo.unfinished(); err != nil {
		return err
	}
	x, err := openIndex(c.repo.indexFile())
	if err != nil {
		return err
	}
	c.index = x
	staged, err := x.staged(c.tip.tree, c.tip.objects.tree)
	if err == nil && len(staged) > 0 {
		err = &Uncommitted{staged, true}
	}
	return err
}

func (r *Repo) indexFile() string { return filepath.Join(r.gitDir, "index") }

// underway are the files by which git remembers what was begun.
var underway = map[string]string{
	"MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert",
	"rebase-merge": "a rebase", "rebase-apply": "a rebase",
}

func (r *Repo) unfinished() error {
	for file, what := range underway {
		if _, err := os.Lstat(filepath.Join(r.gitDir, file)); err == nil {
			return fmt.Errorf("%s was %w", what, ErrUnfinished)
		}
	}
	return nil
}

// notElsewhere refuses a branch that another work tree has checked out: its files would not follow.
func (r *Repo) notElsewhere(ref string) error {
	others, err := filepath.Glob(filepath.Join(r.common, "worktrees", "*"))
	if err != nil {
		return err
	}
	if main, err := newRepo(filepath.Dir(r.common), r.common, r.getenv); err == nil && !main.Bare() {
		others = append(others, r.common)
	}
	for _, gitDir := range others {
		on, err := refs{gitDir, r.common}.head()
		if err == nil && on == ref {
			return fmt.Errorf("branch %s is checked out in another work tree (%s): go there to change it",
				strings.TrimPrefix(ref, branches), whereOf(gitDir))
		}
	}
	return nil
}

// whereOf is the work tree of a git folder.
func whereOf(gitDir string) string {
	if data, err := os.ReadFile(filepath.Join(gitDir, "gitdir")); err == nil {
		return filepath.Dir(absFrom(gitDir, strings.TrimSpace(string(data))))
	}
	return filepath.Dir(gitDir)
}
