package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// How says under what circumstances a change is made.
type How struct {
	Branch string    // "" is the checked-out branch
	Now    time.Time // the time of the change
	By     *Signature
	DryRun bool // go the whole way, and write nothing
}

// Signature names who makes a change; where there is none, git's configuration says who.
type Signature struct{ Name, Email string }

// Changed is one change made: what was committed, or with a dry run would have been.
type Changed struct {
	Commit  string // "" on a dry run, and where there was nothing to change
	Branch  string
	Records []RecordChange
}

// RecordChange says what changed in one record.
type RecordChange struct {
	Path    string
	Created bool
	Fields  []casefile.Difference
}

// change is a Change under way.
type change struct {
	repo              *Repo
	how               How
	branch, ref       string
	author, committer object.Signature
	lock              *lockFile // the index's; nil on a dry run, and where no work tree follows
	branchLock        *refLock  // nil on a dry run
	index             *index    // nil where no work tree follows the branch
	left              *intent   // what a dead process had meant to do
	tip               *Snapshot // what the branch is at
	tx                *Tx       // what it shall be at
	commit            plumbing.Hash
}

// Change makes one commit: the tip of the branch, and what do puts on top. See the package comment for
// the order of steps. Where nothing differs there is no commit, and no error.
func (r *Repo) Change(ctx context.Context, how How, do func(*Tx) (Message, error)) (_ *Changed, err error) {
	c, err := r.newChange(how)
	if err != nil {
		return nil, err
	}
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.end()) }()
	message, err := do(c.tx)
	if err != nil {
		return nil, err
	}
	paths, err := c.check()
	if err != nil {
		return nil, err
	}
	changed := &Changed{Branch: c.branch, Records: c.tx.recordChanges(paths)}
	if how.DryRun || len(paths) == 0 {
		return changed, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.write(message, paths); err != nil {
		return nil, err
	}
	changed.Commit = c.commit.String()
	return changed, nil
}

func (r *Repo) newChange(how How) (*change, error) {
	c := &change{repo: r, how: how, branch: how.Branch}
	head, err := r.Head()
	if c.branch == "" {
		if err != nil {
			return nil, err
		}
		c.branch = head
	}
	c.ref = branches + c.branch
	if err := checkRefName(c.ref); err != nil {
		return nil, err
	}
	if !r.Bare() && err == nil && c.branch == head {
		c.index = &index{}
	} else if err := r.notElsewhere(c.ref); err != nil {
		return nil, err
	}
	return c, c.sign()
}

func (c *change) sign() (err error) {
	if by := c.how.By; by != nil {
		who := object.Signature{Name: cleanIdent(by.Name), Email: cleanIdent(by.Email), When: c.how.Now}
		c.author, c.committer = who, who
		if who.Name == "" || who.Email == "" {
			err = ErrNoAuthor
		}
		return err
	}
	c.author, c.committer, err = author(c.repo.getenv, c.repo.config, c.how.Now)
	return err
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
		if c.lock, err = takeLock(ctx, c.repo.indexFile()+".lock", lockWait); err != nil {
			return err
		}
		c.left = c.lock.left
	}
	if c.branchLock, err = c.repo.refs().lock(ctx, c.ref, lockWait); err != nil {
		return errors.Join(err, c.end())
	}
	if c.left == nil {
		c.left = c.branchLock.left
	}
	return nil
}

// intend writes what is about to be done into the lock that whoever comes next will find.
func (c *change) intend(paths []string) error {
	if c.lock != nil {
		return c.lock.intend(newIntent(c.branch, c.tip.commit, c.commit, paths))
	}
	return c.branchLock.intend(newIntent(c.branch, c.tip.commit, c.commit, nil))
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

// check looks at all that was put, and finds the paths that really change.
func (c *change) check() ([]string, error) {
	paths, err := c.tx.changed()
	if err != nil {
		return nil, err
	}
	if err := c.tx.check(paths); err != nil {
		return nil, err
	}
	if c.index == nil {
		return paths, nil
	}
	return paths, c.untouched(paths)
}

// untouched refuses paths that somebody has edited, or where something stands that git does not know.
func (c *change) untouched(paths []string) error {
	w, err := c.repo.workTree()
	if err != nil {
		return err
	}
	defer w.root.Close()
	var edited []string
	for _, file := range paths {
		was, err := c.tip.hashAt(file)
		if err != nil {
			return err
		}
		now, err := w.hash(file)
		if err != nil && !errors.Is(err, errInTheWay) {
			return err
		}
		if e, ok := c.index.entry(file); ok && e.SkipWorktree && now.IsZero() {
			continue // outside a sparse checkout
		}
		if err != nil || now != was {
			edited = append(edited, file)
		}
	}
	if len(edited) > 0 {
		return &Uncommitted{edited, false}
	}
	return nil
}

func (r *Repo) workTree() (workTree, error) {
	root, err := os.OpenRoot(r.root)
	return workTree{root}, err
}

// end lets go of everything.
func (c *change) end() error {
	var errs []error
	if c.tip != nil {
		errs = append(errs, c.tip.Close())
	}
	if c.branchLock != nil {
		errs = append(errs, c.branchLock.release())
	}
	if c.lock != nil {
		errs = append(errs, c.lock.release())
	}
	return errors.Join(errs...)
}

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
	c.commit = final.add(plumbing.CommitObject, encodeCommit(c.tx.tree, c.tip.commit, c.author, c.committer, message.String()))
	return &final, nil
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
