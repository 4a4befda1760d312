package repo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The plain conditions a caller decides by.
var (
	// ErrBusy says that somebody else held one of git's locks for the whole time we were ready to wait.
	ErrBusy = errors.New("git is busy here")
	// ErrLostRace says that the branch is no longer where the change started from.
	ErrLostRace = errors.New("the branch was moved by somebody else")
	// ErrNoAuthor says that neither the environment nor git's configuration names who is committing.
	ErrNoAuthor = errors.New("no author")
	// ErrNoCasebook says that there is no git repository here, or no casebook in it.
	ErrNoCasebook = errors.New("no casebook here")
	// ErrNoCommit says that the branch has no commit yet.
	ErrNoCommit = errors.New("no commit yet")
	// ErrNotFound says that there is no such record, file, branch or commit.
	ErrNotFound = errors.New("not found")
	// ErrDetached says that HEAD is on no branch, and a verb commits to a branch.
	ErrDetached = errors.New("HEAD is detached, it is on no branch")
	// ErrUnfinished says that a merge, rebase or the like was begun and not ended.
	ErrUnfinished = errors.New("begun and not ended")
	// ErrUnsupported is what every Unsupported is.
	ErrUnsupported = errors.New("unsupported repository")
	// ErrUnmerged says that the index holds a merge with conflicts still in it.
	ErrUnmerged = errors.New("the index holds unmerged files")
)

// Unsupported is a feature of this git repository that casebook does not write, and what to type to turn it off.
type Unsupported struct {
	Feature string
	Hint    string
}

func (e *Unsupported) Error() string { return e.Feature + " is not supported" }

// Is makes every Unsupported an ErrUnsupported.
func (e *Unsupported) Is(target error) bool { return target == ErrUnsupported }

// Uncommitted says that a change would have touched work that is not committed: files edited by hand,
// or somebody's staged work.
type Uncommitted struct {
	Paths  []string
	Staged bool
}

func (e *Uncommitted) Error() string {
	const most = 5
	what, paths := "uncommitted edits", e.Paths
	if e.Staged {
		what = "staged and not committed"
	}
	if more := len(paths) - most; more > 0 {
		paths = append(slices.Clone(paths[:most]), fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("%s: %s", strings.Join(paths, ", "), what)
}

// Ambiguous says that a reference fits more than one thing.
type Ambiguous struct {
	Ref        string
	Candidates []string
}

func (e *Ambiguous) Error() string {
	return fmt.Sprintf("%q fits %s", e.Ref, strings.Join(e.Candidates, " and "))
}
