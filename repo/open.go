package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// Repo is a git repository that holds a casebook, or is about to: where its parts are and how git is
// configured. It keeps nothing open, every read opens git's files anew, and it may be used by several
// goroutines.
type Repo struct {
	root   string // of the work tree; "" if bare
	gitDir string // HEAD and the index of this work tree
	common string // objects and branches, shared by all work trees
	getenv func(string) string
	config *config
	state  *State
}

// Open finds the repository that dir is in. It need not hold a casebook yet, see Book. Where state is
// "", the state folder is in the repository. GIT_DIR and its like are not looked at: dir decides.
func Open(dir, state string, getenv func(string) string) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: is a file, and no folder", dir)
	}
	for at := dir; ; at = filepath.Dir(at) {
		r, err := openAt(at, getenv)
		if r != nil && err == nil {
			return r.with(state)
		}
		if err != nil {
			return nil, err
		}
		if at == filepath.Dir(at) {
			return nil, fmt.Errorf("%s: %w", dir, ErrNoCasebook)
		}
	}
}

// openAt is the repository whose root is at, or nil.
func openAt(at string, getenv func(string) string) (*Repo, error) {
	dot := filepath.Join(at, ".git")
	info, err := os.Stat(dot)
	switch {
	case err == nil && info.IsDir() && isGitDir(dot):
		return newRepo(at, dot, getenv)
	case err == nil && info.Mode().IsRegular():
		gitDir, err := followGitFile(dot)
		if err != nil {
			return nil, err
		}
		return newRepo(at, gitDir, getenv)
	case isGitDir(at):
		r, err := newRepo(filepath.Dir(at), at, getenv)
		if err == nil && !r.Bare() && filepath.Base(at) != ".git" && r.root == filepath.Dir(at) {
			err = fmt.Errorf("%s: is git's folder for a work tree elsewhere: go there", at)
		}
		return r, err
	}
	return nil, nil
}

func isGitDir(dir string) bool {
	_, head := os.Lstat(filepath.Join(dir, "HEAD"))
	_, own := os.Stat(filepath.Join(dir, "objects"))
	_, linked := os.Stat(filepath.Join(dir, "commondir"))
	return head == nil && (own == nil || linked == nil)
}

// followGitFile reads the file that stands for .git in a linked work tree or a submodule.
func followGitFile(dot string) (string, error) {
	data, err := os.ReadFile(dot)
	if err != nil {
		return "", err
	}
	to, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "gitdir:")
	to = strings.TrimSpace(to)
	if !ok || to == "" {
		return "", fmt.Errorf("%s: is a file, and does not say where git's folder is", dot)
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(dot), to)
	}
	if !isGitDir(to) {
		return "", fmt.Errorf("%s: names %s, which is no git repository", dot, to)
	}
	return to, nil
}

func newRepo(root, gitDir string, getenv func(string) string) (*Repo, error) {
	common, err := commonDir(gitDir)
	if err != nil {
		return nil, err
	}
	c, err := readConfig(getenv, gitDir, common)
	if err != nil {
		return nil, err
	}
	if err := checkFormat(c); err != nil {
		return nil, fmt.Errorf("%s: %w", gitDir, err)
	}
	r := &Repo{root: root, gitDir: gitDir, common: common, getenv: getenv, config: c}
	if gitDir == common {
		if c.isTrue("core.bare", filepath.Base(gitDir) != ".git") {
			r.root = ""
		} else if tree, ok := c.get("core.worktree"); ok {
			r.root = absFrom(gitDir, tree)
		}
	}
	return r, nil
}

func commonDir(gitDir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return gitDir, nil
	}
	return absFrom(gitDir, strings.TrimSpace(string(data))), err
}

func absFrom(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

func (r *Repo) with(state string) (*Repo, error) {
	if state == "" {
		r.state = &State{dir: filepath.Join(r.common, "casebook"), within: r.common}
		return r, nil
	}
	state, err := filepath.Abs(state)
	r.state = &State{dir: state}
	return r, err
}

// Root is the root of the work tree; "" if the repository is bare.
func (r *Repo) Root() string { return r.root }

// Bare reports whether the repository has no work tree.
func (r *Repo) Bare() bool { return r.root == "" }

// State is the state folder.
func (r *Repo) State() *State { return r.state }

func (r *Repo) refs() refs { return refs{gitDir: r.gitDir, common: r.common} }

func (r *Repo) objects() objectDir { return objectDir{filepath.Join(r.common, "objects")} }

const branches = "refs/heads/"

// Head is the name of the checked-out branch.
func (r *Repo) Head() (string, error) {
	name, err := r.refs().head()
	if err != nil {
		return "", err
	}
	branch, ok := strings.CutPrefix(name, branches)
	if !ok {
		return "", ErrDetached
	}
	return branch, nil
}

// Tip is the commit a branch is at.
func (r *Repo) Tip(branch string) (string, error) {
	h, err := r.tip(branch)
	if err != nil {
		return "", err
	}
	return h.String(), nil
}

// tip tells a branch without a commit, which the checked-out one may be, from a name that is wrong.
func (r *Repo) tip(branch string) (plumbing.Hash, error) {
	h, err := r.refs().read(branches + branch)
	if !errors.Is(err, errNoRef) {
		return h, err
	}
	if head, err := r.Head(); err == nil && head == branch {
		return h, fmt.Errorf("branch %s: %w", branch, ErrNoCommit)
	}
	return h, fmt.Errorf("branch %s: %w", branch, ErrNotFound)
}

// Book is casebook.yaml on the checked-out branch.
func (r *Repo) Book() (*casefile.Book, error) {
	s, err := r.Snapshot("")
	if errors.Is(err, ErrNoCommit) {
		return nil, fmt.Errorf("%w: %w", ErrNoCasebook, err)
	}
	if err != nil {
		return nil, err
	}
	defer s.Close()
	book := &casefile.Book{}
	if err := s.Get(book); errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", r.place(), ErrNoCasebook)
	} else if err != nil {
		return nil, err
	}
	return book, nil
}

func (r *Repo) place() string {
	if r.Bare() {
		return r.gitDir
	}
	return r.root
}

// known are the extensions of git's repository format that change nothing we rely on.
var known = []string{"noop", "noop-v1", "preciousobjects", "worktreeconfig", "relativeworktrees"}

// checkFormat refuses repositories that we would misread.
func checkFormat(c *config) error {
	version, _ := c.get("core.repositoryformatversion")
	if version != "" && version != "0" && version != "1" {
		return &Unsupported{"repository format " + version, "use a newer casebook"}
	}
	for key, value := range c.section("extensions") {
		name, value := strings.ToLower(key), strings.ToLower(value)
		switch {
		case name == "partialclone":
			return &Unsupported{"a partial clone, whose files are fetched only when git needs them,", "clone again without --filter"}
		case name == "objectformat" && value == "sha1", name == "refstorage" && value == "files":
		case name == "objectformat":
			return &Unsupported{"object format " + value, "make the repository with git init --object-format=sha1"}
		case name == "refstorage":
			return &Unsupported{"ref storage " + value, "git refs migrate --ref-format=files"}
		case version == "1" && !slices.Contains(known, name):
			return &Unsupported{"git's extension " + key, "use a repository without it"}
		}
	}
	return nil
}
