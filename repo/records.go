package repo

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Accounts are all customers' names, in order.
func (s *Snapshot) Accounts() ([]casefile.Account, error) {
	entries, err := s.list(casefile.CustomersDir)
	var accounts []casefile.Account
	for _, e := range entries {
		if a, err := casefile.ParseAccount(e.Name); err == nil && e.Mode == filemode.Dir {
			accounts = append(accounts, a)
		}
	}
	return accounts, err
}

// Cases are a customer's cases, newest first. Everything that is wrong with any file comes back
// together as casefile.Problems.
func (s *Snapshot) Cases(a casefile.Account) ([]*casefile.Case, error) {
	cases, err := recordsIn[*casefile.Case](s, casefile.CasesDir(a))
	slices.SortFunc(cases, func(x, y *casefile.Case) int {
		return cmp.Or(y.Received.Time().Compare(x.Received.Time()), cmp.Compare(y.Key, x.Key))
	})
	return cases, err
}

// Patterns are a customer's pattern entries by ID, with problems as in Cases.
func (s *Snapshot) Patterns(a casefile.Account) ([]*casefile.Pattern, error) {
	patterns, err := recordsIn[*casefile.Pattern](s, casefile.PatternsDir(a))
	slices.SortFunc(patterns, func(x, y *casefile.Pattern) int { return int(x.ID - y.ID) })
	return patterns, err
}

// Mitigators are a customer's mitigators by name, with problems as in Cases.
func (s *Snapshot) Mitigators(a casefile.Account) ([]*casefile.Mitigator, error) {
	return recordsIn[*casefile.Mitigator](s, casefile.MitigatorsDir(a))
}

// Operators are all operators by name, with problems as in Cases.
func (s *Snapshot) Operators() ([]*casefile.Operator, error) {
	return recordsIn[*casefile.Operator](s, casefile.OperatorsDir)
}

// DeliveriesOf are the deliveries of one entry, by mitigator; it is asked of the snapshot that
// Deliveries returns.
func (s *Snapshot) DeliveriesOf(p casefile.PatternRef) ([]*casefile.Delivery, error) {
	dir := path.Join(casefile.CustomerDir(p.Account), "deliveries", strconv.Itoa(int(p.ID)))
	return recordsIn[*casefile.Delivery](s, dir)
}

// file is one file below a folder.
type file struct {
	path string
	at   object.TreeEntry
}

// files are all files below a folder, links and submodules among them.
func (s *Snapshot) files(dir string) ([]file, error) {
	at, err := s.find(dir)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil || at.Mode != filemode.Dir {
		return []file{{dir, at}}, err
	}
	return s.filesOf(dir, at.Hash)
}

// filesOf are all files of a tree. The folders are read level by level, all of one level together.
func (s *Snapshot) filesOf(dir string, tree plumbing.Hash) ([]file, error) {
	if tree.IsZero() {
		return nil, nil
	}
	root := &folder{path: dir, tree: tree}
	for level := []*folder{root}; len(level) > 0; {
		next, err := s.open(level)
		if err != nil {
			return nil, err
		}
		level = next
	}
	return root.files(nil), nil
}

// folder is a folder, and those in it in the order of its entries.
type folder struct {
	path    string
	tree    plumbing.Hash
	entries []object.TreeEntry
	inside  []*folder
}

// open reads folders, and gives those in them.
func (s *Snapshot) open(level []*folder) (inside []*folder, err error) {
	trees := make([]plumbing.Hash, len(level))
	for i, f := range level {
		trees[i] = f.tree
	}
	listed, err := s.objects.trees(trees)
	for i, f := range level {
		f.entries = listed[i]
		for _, e := range f.entries {
			if e.Mode == filemode.Dir {
				f.inside = append(f.inside, &folder{path: path.Join(f.path, e.Name), tree: e.Hash})
			}
		}
		inside = append(inside, f.inside...)
	}
	return inside, err
}

// files adds all files below.
func (f *folder) files(to []file) []file {
	below := 0
	for _, e := range f.entries {
		if e.Mode == filemode.Dir {
			to = f.inside[below].files(to)
			below++
		} else {
			to = append(to, file{path.Join(f.path, e.Name), e})
		}
	}
	return to
}

// result is what became of reading one file.
type result struct {
	rec      casefile.Record // nil where the path holds none
	problems casefile.Problems
}

// recordsIn reads all records of one kind below a folder.
func recordsIn[R casefile.Record](s *Snapshot, dir string) ([]R, error) {
	files, err := s.files(dir)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f file) bool { return isPatternBytes(f.path) })
	var records []R
	var problems casefile.Problems
	for _, got := range s.records(files) {
		problems = append(problems, got.problems...)
		if rec, ok := got.rec.(R); ok && len(got.problems) == 0 {
			records = append(records, rec)
		}
	}
	if len(problems) > 0 {
		problems.Sort()
		return records, problems
	}
	return records, nil
}

// record reads the record at a path.
func (s *Snapshot) record(f file) result {
	rec, err := casefile.Locate(f.path)
	if err != nil {
		return result{nil, casefile.Problems{stray(f.path, err.Error())}}
	}
	return result{rec, s.fill(rec, f.at)}
}

// records reads the records at many paths.
func (s *Snapshot) records(files []file) []result {
	found := each(files, func(f file) result {
		rec, err := casefile.Locate(f.path)
		switch {
		case err != nil:
			return result{nil, casefile.Problems{stray(f.path, err.Error())}}
		case !isRegular(f.at.Mode):
			return result{rec, casefile.Problems{notAFile(f.path, f.at.Mode)}}
		}
		return result{rec: rec}
	})
	readRecords(files, found, s.objects.blobs)
	return found
}

// readRecords fills those records found at the paths of files that nothing is wrong with so far.
func readRecords(files []file, found []result, read func(files []file, worker func() func(int, []byte, error))) {
	var sound []file
	var of []*result
	for i := range found {
		if got := &found[i]; got.rec != nil && len(got.problems) == 0 {
			sound, of = append(sound, files[i]), append(of, got)
		}
	}
	read(sound, func() func(int, []byte, error) {
		var reader casefile.Reader
		return func(i int, src []byte, err error) {
			if err != nil {
				of[i].problems = casefile.Problems{unreadable(sound[i].path, err)}
			} else {
				of[i].problems = reader.Decode(of[i].rec, src)
			}
		}
	})
}

// isPatternBytes reports whether a path is a pattern's bytes: a file beside its record.
func isPatternBytes(file string) bool {
	dir, name := path.Split(file)
	rec, err := casefile.Locate(dir + casefile.PatternFile)
	_, ok := rec.(*casefile.Pattern)
	return ok && err == nil && name != casefile.PatternFile
}

func stray(file, why string) casefile.Problem {
	p := casefile.Problem{File: file, Rule: casefile.RuleStrayFile, Text: why}
	if right := casefile.Belongs(file); right != "" {
		p.Hint = fmt.Sprintf("git mv '%s' '%s'", file, right)
	}
	return p
}

func notAFile(file string, mode filemode.FileMode) casefile.Problem {
	what := map[filemode.FileMode]string{
		filemode.Symlink: "is a symbolic link", filemode.Executable: "is executable",
		filemode.Submodule: "is a submodule", filemode.Dir: "is a folder",
	}[mode]
	if what == "" {
		what = fmt.Sprintf("has the mode %o", uint32(mode))
	}
	return casefile.Problem{File: file, Rule: casefile.RuleNotAFile, Text: what + ", and must be a plain file"}
}

func unreadable(file string, err error) casefile.Problem {
	return casefile.Problem{File: file, Rule: casefile.RuleMissingFile, Text: err.Error(),
		Hint: "git fsck; git fetch, if the repository is a shallow or partial clone"}
}
