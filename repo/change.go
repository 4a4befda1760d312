package repo

import (
	"context"
	"errors"
	"os"
	"time"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// How says under what circumstances a change is made.
type How struct {
	Branch    string    // "" is the checked-out branch
	Now       time.Time // the time of the change
	By        *Signature
	Key       *SigningKey // which signs what By does, and Committer commits; nil signs nothing
	Committer *Signature  // of what By does; nil is By
	DryRun    bool        // go the whole way, and write nothing

	Waiting func(lock string) // told once of a lock that is held by others for long; may be nil
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
	Path    string                `json:"path"`
	Created bool                  `json:"created,omitempty"`
	Fields  []casefile.Difference `json:"fields"`
}

// change is a Change under way.
type change struct {
	repo              *Repo
	how               How
	branch, ref       string
	author, committer object.Signature
	key               *SigningKey // nil where the commit is not signed
	lock              *lockFile   // the index's; nil on a dry run, and where no work tree follows
	branchLock        *refLock    // nil on a dry run
	index             *index      // nil where no work tree follows the branch
	left              *intent     // what a dead process had meant to do
	tip               *Snapshot   // what the branch is at
	tx                *Tx         // what it shall be at
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
		c.key = c.how.Key
		who := object.Signature{Name: cleanIdent(by.Name), Email: cleanIdent(by.Email), When: c.how.Now}
		c.author, c.committer = who, who
		if committer := c.how.Committer; committer != nil {
			c.committer.Name, c.committer.Email = cleanIdent(committer.Name), cleanIdent(committer.Email)
		}
		if who.Name == "" || who.Email == "" {
			err = ErrNoAuthor
		}
		return err
	}
	if c.author, c.committer, err = author(c.repo.getenv, c.repo.config, c.how.Now); err != nil {
		return err
	}
	c.key, err = c.repo.signingKey()
	return err
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
