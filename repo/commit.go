package repo

import (
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
)

// Steps 6 to 10 of a change: objects, intent, files, index, branch, reflog.

// write is the second half of a change: from the objects to the reflog.
func (c *change) write(message Message, paths []string) error {
	fresh, err := c.objects(message, paths)
	if err != nil {
		return err
	}
	if err := fresh.flush(c.repo.objects()); err != nil {
		return err
	}
	if err := c.intend(paths); err != nil {
		return err
	}
	if err := c.show(paths, fresh); err != nil {
		return errors.Join(err, c.takeBack(paths))
	}
	if err := c.outlast(fresh, paths); err != nil {
		return fmt.Errorf("%s is committed, but git gc may have damaged it: %w", c.commit, err)
	}
	return c.logMove(message)
}

// intend writes what is about to be done into the lock that whoever comes next will find.
func (c *change) intend(paths []string) error {
	if c.lock != nil {
		return c.lock.intend(newIntent(c.branch, c.tip.commit, c.commit, paths))
	}
	return c.branchLock.intend(newIntent(c.branch, c.tip.commit, c.commit, nil))
}

// objects gathers what the commit needs beside patterns' bytes: of all trees made on the way, only those
// it ends with.
func (c *change) objects(message Message, paths []string) (*pending, error) {
	var final pending
	keep := func(h plumbing.Hash) {
		if kind, data, ok := c.tx.fresh.get(h); ok {
			final.add(kind, data)
		}
	}
	for _, file := range paths {
		keep(c.tx.puts[file].hash)
	}
	trees, err := c.tx.treesAbove(paths)
	if err != nil {
		return nil, err
	}
	for _, h := range trees {
		keep(h)
	}
	commit, err := c.signed(encodeCommit(c.tx.tree, c.tip.commit, c.author, c.committer, message.String()))
	c.commit = final.add(plumbing.CommitObject, commit)
	return &final, err
}

// treesAbove are the folders above paths, by name; the root's is "".
func (s *Snapshot) treesAbove(paths []string) (map[string]plumbing.Hash, error) {
	trees := map[string]plumbing.Hash{"": s.tree}
	for _, file := range paths {
		for i, c := range file {
			if c != '/' || trees[file[:i]] != plumbing.ZeroHash {
				continue
			}
			h, err := s.hashAt(file[:i])
			if err != nil {
				return nil, err
			}
			trees[file[:i]] = h
		}
	}
	return trees, nil
}

// show makes the change visible: files, index, and last the branch, which is what counts. The objects
// have to be there at that moment, and the larger they are the later they come: until the branch names
// them, `git gc --prune=now` takes them away.
func (c *change) show(paths []string, fresh *pending) error {
	if c.index != nil {
		if err := c.showFiles(paths); err != nil {
			return err
		}
	}
	if err := c.restore(fresh, paths); err != nil {
		return err
	}
	return c.branchLock.move(c.tip.commit, c.commit)
}

func (c *change) showFiles(paths []string) error {
	w, err := c.repo.workTree()
	if err != nil {
		return err
	}
	defer w.root.Close()
	trees, err := c.tx.treesAbove(paths)
	if err != nil {
		return err
	}
	changes := make([]indexChange, 0, len(paths))
	for _, file := range paths {
		one, err := c.showFile(w, file)
		if err != nil {
			return err
		}
		changes = append(changes, one)
	}
	return placeIndex(c.index, changes, trees)
}

func placeIndex(x *index, changes []indexChange, trees map[string]plumbing.Hash) error {
	if err := x.patch(changes, trees); err != nil {
		return err
	}
	d, err := x.draft()
	if err != nil {
		return err
	}
	defer d.discard()
	return d.place()
}

func (c *change) showFile(w workTree, file string) (indexChange, error) {
	p := c.tx.puts[file]
	one := indexChange{path: file, hash: p.hash, mode: regular}
	if e, ok := c.index.entry(file); ok && e.SkipWorktree {
		if _, err := w.lstat(file); err != nil {
			one.stat = notThere{}
			return one, nil
		}
	}
	in, err := c.tx.content(p)
	if err != nil {
		return one, err
	}
	defer in.Close()
	one.stat, err = w.write(file, in)
	return one, err
}

// takeBack undoes what was shown of a change that failed.
func (c *change) takeBack(paths []string) error {
	if c.index == nil {
		return nil
	}
	return c.repo.repair(newIntent(c.branch, c.tip.commit, c.commit, paths), c.committer)
}

// logMove writes the reflog's line. The commit is made by then, and stays.
func (c *change) logMove(message Message) error {
	what := "commit: "
	if c.tip.commit.IsZero() {
		what = "commit (initial): "
	}
	move := refMove{c.ref, c.tip.commit, c.commit, c.committer, what + message.subject()}
	if err := c.repo.refs().log(move, c.repo.config.logsRefs(c.repo.Bare())); err != nil {
		return fmt.Errorf("%s is committed, but not in the reflog: %w", c.commit, err)
	}
	return nil
}
