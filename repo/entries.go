package repo

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// A case does not say which entries were made for it; the entries say which case they are for. So that
// a verb need not read all entries of a large customer, the state folder remembers, by the hash of an
// entry's folder, which case the entry is for. What a hash stands for never changes, so a line is either
// right or of no use, and all of it can be deleted.

// fewEntries are read quicker than remembered.
const fewEntries = 200

// EntriesOf are the entries made for a case, by ID.
func (s *Snapshot) EntriesOf(c casefile.CaseRef) ([]*casefile.Pattern, error) {
	all, err := s.entries(c.Account)
	if err != nil {
		return nil, err
	}
	if len(all) > fewEntries {
		if all, err = s.candidates(c, all); err != nil {
			return nil, err
		}
	}
	patterns, err := s.readEntries(all)
	var of []*casefile.Pattern
	for _, p := range patterns {
		if p.Target.Case == c.Key {
			of = append(of, p)
		}
	}
	return of, err
}

// entry is the folder of one pattern entry.
type entry struct {
	pattern *casefile.Pattern
	tree    plumbing.Hash
}

// entries are the folders of a customer's entries, by ID.
func (s *Snapshot) entries(a casefile.Account) ([]entry, error) {
	listed, err := s.list(casefile.PatternsDir(a))
	if err != nil {
		return nil, err
	}
	all := make([]entry, 0, len(listed))
	for _, e := range listed {
		if id, err := casefile.ParsePatternID(e.Name); err == nil && e.Mode == filemode.Dir {
			all = append(all, entry{&casefile.Pattern{Account: a, ID: id}, e.Hash})
		}
	}
	sortByID(all)
	return all, nil
}

// readEntries reads entries, all problems together.
func (s *Snapshot) readEntries(entries []entry) ([]*casefile.Pattern, error) {
	patterns := make([]*casefile.Pattern, len(entries))
	var problems casefile.Problems
	for i, ps := range each(entries, s.readEntry) {
		patterns[i] = entries[i].pattern
		problems = append(problems, ps...)
	}
	if len(problems) > 0 {
		problems.Sort()
		return nil, problems
	}
	return patterns, nil
}

func (s *Snapshot) readEntry(e entry) casefile.Problems {
	inside, err := s.objects.tree(e.tree)
	if err != nil {
		return casefile.Problems{unreadable(path.Dir(e.pattern.Path()), err)}
	}
	at, ok := named(inside, casefile.PatternFile)
	if !ok {
		return casefile.Problems{{File: e.pattern.Path(), Rule: casefile.RuleMissingFile, Text: "missing: every entry has one"}}
	}
	return s.fill(e.pattern, at)
}

// candidates are the entries that may be for a case: those remembered to be, and those not remembered.
func (s *Snapshot) candidates(c casefile.CaseRef, all []entry) ([]entry, error) {
	memory := s.repo.state.targets(c.Account)
	var maybe, unknown []entry
	for _, e := range all {
		switch key, ok := memory.of[e.tree]; {
		case !ok:
			unknown = append(unknown, e)
		case key == string(c.Key):
			maybe = append(maybe, e)
		}
	}
	if len(unknown) <= fewEntries {
		return append(maybe, unknown...), nil
	}
	if _, err := s.readEntries(unknown); err != nil {
		return nil, err
	}
	memory.learn(unknown, len(all))
	for _, e := range unknown {
		if e.pattern.Target.Case == c.Key {
			maybe = append(maybe, entry{&casefile.Pattern{Account: c.Account, ID: e.pattern.ID}, e.tree})
		}
	}
	sortByID(maybe)
	return maybe, nil
}

// targets is what the state folder remembers of one customer's entries.
type targets struct {
	state *State
	file  string
	lines int
	of    map[plumbing.Hash]string
}

func (s *State) targets(a casefile.Account) targets {
	t := targets{state: s, file: filepath.Join(s.dir, "entries", string(a)), of: map[plumbing.Hash]string{}}
	data, _ := os.ReadFile(t.file)
	for line := range bytes.Lines(data) {
		t.lines++
		hash, key, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		if k, err := casefile.ParseKey(string(key)); ok && err == nil && len(hash) == 40 {
			t.of[plumbing.NewHash(string(hash))] = string(k)
		}
	}
	return t
}

// learn remembers more. Where the state folder cannot be written, nothing is remembered and nothing lost.
func (t targets) learn(entries []entry, inUse int) {
	var lines bytes.Buffer
	for _, e := range entries {
		lines.WriteString(e.tree.String() + " " + string(e.pattern.Target.Case) + "\n")
	}
	if t.state.make("entries") != nil {
		return
	}
	if t.lines > 2*inUse { // most lines are of folders that have changed since
		writeDurable(t.file, lines.Bytes(), 0o600)
		return
	}
	if f, err := os.OpenFile(t.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err == nil {
		f.Write(append([]byte("\n"), lines.Bytes()...)) // after whatever torn line is there
		f.Close()
	}
}

func sortByID(entries []entry) {
	slices.SortFunc(entries, func(x, y entry) int { return int(x.pattern.ID - y.pattern.ID) })
}
