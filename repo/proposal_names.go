package repo

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// made is when the commit that is judged was made.
func (j *judgement) made() casefile.Time { return casefile.At(j.is.Time()) }

// named judges the key of a new case.
func (j *judgement) named(c *casefile.Case) error {
	var failed error
	taken := func(k casefile.Key) bool {
		file := (&casefile.Case{Account: c.Account, Key: k}).Path()
		for _, s := range []*Snapshot{j.is, j.tip} {
			there, err := s.has(file)
			failed = errors.Join(failed, err)
			if there {
				return true
			}
		}
		return false
	}
	if why := c.Misnamed(taken); why != "" {
		right := &casefile.Case{Account: c.Account, Key: casefile.NewKey(c.Received, c.Endpoint, taken)}
		j.say(casefile.Problem{File: c.Path(), Field: "endpoint", Rule: casefile.RuleCaseKey, Text: "endpoint: " + why,
			Hint: fmt.Sprintf("git mv '%s' '%s'", c.Path(), right.Path())})
	}
	return failed
}

// twins finds files that some file systems cannot tell from a new one.
func (j *judgement) twins(file string) error {
	dirs := []string{""}
	for part := range strings.SplitSeq(path.Dir(file), "/") {
		if part == "." {
			break
		}
		var below []string
		for _, dir := range dirs {
			same, err := j.alike(dir, part)
			if err != nil {
				return err
			}
			below = append(below, same...)
		}
		dirs = below
	}
	for _, dir := range dirs {
		same, err := j.alike(dir, path.Base(file))
		if err != nil {
			return err
		}
		for _, other := range same {
			if other != file && (other < file || !j.touched[other]) {
				j.say(twin(file, other))
				return nil
			}
		}
	}
	return nil
}

// alike are the entries of a folder with names that some cannot tell from a name.
func (j *judgement) alike(dir, name string) (same []string, err error) {
	if at, err := j.is.find(dir); err != nil || at.Mode != filemode.Dir {
		return nil, err
	}
	entries, err := j.is.list(dir)
	for _, e := range entries {
		if folded(e.Name) == folded(name) {
			same = append(same, path.Join(dir, e.Name))
		}
	}
	return same, err
}

// sharedIDs finds cases to which the change gave the Case ID of another. All of a customer's cases are read
// for it, but only where a Case ID came.
func (j *judgement) sharedIDs() error {
	for a, held := range j.held {
		came := map[casefile.Key]bool{}
		ids := map[string]bool{}
		for _, c := range held.Cases.All() {
			was := &casefile.Case{Account: a, Key: c.Key}
			if c.CaseID != "" && j.touched[c.Path()] && (j.was.Get(was) != nil || was.CaseID != c.CaseID) {
				came[c.Key], ids[c.CaseID] = true, true
			}
		}
		if len(came) == 0 {
			continue
		}
		all, err := j.is.files(casefile.CasesDir(a))
		if err != nil {
			return err
		}
		j.say(sharing(each(all, func(f file) result { return j.is.holding(f, ids) }), came, ids)...)
	}
	return nil
}

// holding is the record of a case in which one of some Case IDs may stand. Of a few IDs it is quicker to
// look for their texts than to read the record.
func (s *Snapshot) holding(f file, ids map[string]bool) result {
	const few = 8
	if len(ids) > few {
		return s.record(f)
	}
	src, err := s.objects.bytes(plumbing.BlobObject, f.at.Hash, maxRecord)
	if err != nil {
		return result{problems: casefile.Problems{unreadable(f.path, err)}}
	}
	for id := range ids {
		if bytes.Contains(src, []byte(id)) {
			return s.record(f)
		}
	}
	return result{}
}

// sharing blames cases whose Case ID came with the change, and not those that had it before.
func sharing(all []result, came map[casefile.Key]bool, ids map[string]bool) (ps casefile.Problems) {
	first := map[string]*casefile.Case{}
	var late []*casefile.Case
	for _, got := range all {
		c, ok := got.rec.(*casefile.Case)
		switch {
		case !ok || len(got.problems) > 0 || !ids[c.CaseID]:
		case came[c.Key]:
			late = append(late, c)
		case first[c.CaseID] == nil:
			first[c.CaseID] = c
		}
	}
	for _, c := range late {
		if other := first[c.CaseID]; other != nil {
			ps = append(ps, c.SharesID(other.Key))
		} else {
			first[c.CaseID] = c
		}
	}
	return ps
}
