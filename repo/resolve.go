package repo

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

var (
	steps = regexp.MustCompile(`^(.*?)((?:\^|~[0-9]{0,6})+)$`)
	step  = regexp.MustCompile(`\^|~[0-9]*`)
	short = regexp.MustCompile(`^[0-9a-f]{4,40}$`)
)

// resolve is the commit that a revision names.
func (s *Snapshot) resolve(rev string) (plumbing.Hash, error) {
	back := ""
	if m := steps.FindStringSubmatch(rev); m != nil {
		rev, back = m[1], m[2]
	}
	h, err := s.start(rev)
	if err != nil {
		return h, err
	}
	for _, one := range step.FindAllString(back, -1) {
		n := 1
		if digits := one[1:]; digits != "" {
			n, _ = strconv.Atoi(digits)
		}
		for range n {
			if h, err = s.parent(h); err != nil {
				return h, fmt.Errorf("%s%s: %w", rev, back, err)
			}
		}
	}
	return h, nil
}

// start is the commit a revision begins with, before it goes back along parents.
func (s *Snapshot) start(rev string) (plumbing.Hash, error) {
	if rev == "" || rev == "HEAD" || rev == "@" {
		return s.head()
	}
	if plumbing.IsHash(rev) { // before a tag or branch of that name, as git has it: anybody may push one
		return s.byHash(rev)
	}
	for _, prefix := range []string{"", "refs/", "refs/tags/", branches, "refs/remotes/"} {
		if !strings.HasPrefix(prefix+rev, "refs/") {
			continue
		}
		h, err := s.repo.refs().read(prefix + rev)
		if err == nil {
			return s.peel(h)
		}
		if errors.Is(err, errUnreadable) {
			return h, err
		}
	}
	if !short.MatchString(rev) {
		return plumbing.ZeroHash, fmt.Errorf("commit %q: %w", rev, ErrNotFound)
	}
	return s.byHash(rev)
}

func (s *Snapshot) head() (plumbing.Hash, error) {
	h, err := s.repo.refs().read("HEAD")
	if !errors.Is(err, errNoRef) {
		return h, err
	}
	branch, err := s.repo.Head()
	if err != nil {
		return h, err
	}
	return h, fmt.Errorf("branch %s: %w", branch, ErrNoCommit)
}

// byHash is the one commit whose hash starts so.
func (s *Snapshot) byHash(start string) (plumbing.Hash, error) {
	if plumbing.IsHash(start) {
		return s.peel(plumbing.NewHash(start))
	}
	all, err := s.objects.startingWith(start)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	var commits []string
	for _, h := range all {
		if c, err := s.peel(h); err == nil {
			commits = append(commits, c.String())
		}
	}
	switch len(commits) {
	case 0:
		return plumbing.ZeroHash, fmt.Errorf("commit %q: %w", start, ErrNotFound)
	case 1:
		return plumbing.NewHash(commits[0]), nil
	}
	return plumbing.ZeroHash, &Ambiguous{start, commits}
}

// startingWith are the objects whose hashes start with these hexadecimal digits.
func (r *reader) startingWith(digits string) ([]plumbing.Hash, error) {
	prefix, err := hex.DecodeString(digits[:len(digits)/2*2])
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open()
	var found []plumbing.Hash
	for _, s := range r.stores {
		all, err := s.HashesWithPrefix(prefix)
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			if strings.HasPrefix(h.String(), digits) && !slices.Contains(found, h) {
				found = append(found, h)
			}
		}
	}
	return found, nil
}

// peel is the commit that a hash names, itself or through a tag.
func (s *Snapshot) peel(h plumbing.Hash) (plumbing.Hash, error) {
	for range 10 {
		if _, err := s.objects.commit(h); err == nil {
			return h, nil
		}
		data, err := s.objects.bytes(plumbing.TagObject, h, maxObject)
		if err != nil {
			return h, fmt.Errorf("%s: is no commit: %w", h, ErrNotFound)
		}
		o := &plumbing.MemoryObject{}
		o.SetType(plumbing.TagObject)
		o.Write(data)
		tag := &object.Tag{}
		if err := tag.Decode(o); err != nil {
			return h, err
		}
		h = tag.Target
	}
	return h, fmt.Errorf("%s: a tag of a tag of a tag, without end: %w", h, ErrNotFound)
}

// parent is the first parent.
func (s *Snapshot) parent(h plumbing.Hash) (plumbing.Hash, error) {
	c, err := s.objects.commit(h)
	if err != nil {
		return h, err
	}
	if len(c.ParentHashes) == 0 || s.repo.cutOff(h) {
		return h, fmt.Errorf("history begins at %s: %w", h, ErrNotFound)
	}
	return c.ParentHashes[0], nil
}
