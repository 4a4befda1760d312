package repo

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"casebook/casefile"

	"golang.org/x/text/unicode/norm"
)

// Validate finds everything that is wrong with a commit: with each file by itself, with files that belong
// nowhere, between records, and with the patterns' bytes, all of which are read.
func (s *Snapshot) Validate() (casefile.Problems, error) {
	files, err := s.filesOf("", s.tree)
	if err != nil {
		return nil, err
	}
	v := newValidation(s.contents(files))
	v.all()
	unsigned, err := s.CheckSignatures("")
	v.say(unsigned...)
	return v.finish(), err
}

// ValidateWorkTree finds everything that is wrong with the checked-out files, as Validate does; what git
// is told to ignore may lie about.
func (r *Repo) ValidateWorkTree() (casefile.Problems, error) {
	c, err := r.workTreeContents()
	if err != nil {
		return nil, err
	}
	defer c.close()
	v := newValidation(c)
	v.all()
	return v.finish(), nil
}

// Customer reads all that belongs to one customer, and finds what is wrong with it as Validate does; but
// of patterns' bytes only whether they are there, and in the right size.
func (s *Snapshot) Customer(a casefile.Account) (*casefile.Holdings, casefile.Problems, error) {
	files, err := s.files(casefile.CustomerDir(a))
	if err != nil {
		return nil, nil, err
	}
	v := newValidation(s.contents(files))
	v.shallow = true
	v.sort()
	v.customers()
	problems := v.finish()
	return v.holdings(a), problems, nil
}

// validation is a search for problems under way.
type validation struct {
	contents
	shallow   bool // leave the patterns' bytes unread
	book      *file
	operators []*casefile.Operator
	observed  []string // records of deliveries, which have a branch of their own
	held      map[casefile.Account]*casefile.Holdings
	beside    map[string][]file // what stands beside pattern records, by folder
	broken    map[string]bool   // records that are there and cannot be read
	problems  casefile.Problems
}

func newValidation(c contents) *validation {
	return &validation{
		contents: c, held: map[casefile.Account]*casefile.Holdings{},
		beside: map[string][]file{}, broken: map[string]bool{},
	}
}

func (v *validation) all() {
	v.sort()
	if v.book == nil && len(v.observed) > 0 && len(v.held) == 0 {
		return // the branch of deliveries: it holds nothing else
	}
	for _, f := range v.observed {
		v.say(stray(f, "belongs on the branch "+DeliveriesBranch))
	}
	if v.book == nil {
		v.say(casefile.Problem{File: casefile.BookFile, Rule: casefile.RuleMissingFile,
			Text: "missing: every casebook has one", Hint: "casebook init"})
	}
	v.twins()
	v.customers()
	for _, held := range v.held {
		v.say(held.SharedIDs()...)
	}
	v.checkOperators()
	v.tokens(nil)
}

func (v *validation) say(ps ...casefile.Problem) { v.problems = append(v.problems, ps...) }

// sort reads every file and puts each where it belongs.
func (v *validation) sort() {
	found := each(v.files, v.inspect)
	readRecords(v.files, found, v.readAll)
	for i, got := range found {
		v.say(got.problems...)
		if got.rec != nil {
			v.keep(got.rec, v.files[i], len(got.problems) == 0)
		} else if isPatternBytes(v.files[i].path) && len(got.problems) == 0 {
			dir := path.Dir(v.files[i].path)
			v.beside[dir] = append(v.beside[dir], v.files[i])
		}
	}
}

func (v *validation) keep(rec casefile.Record, f file, whole bool) {
	if !whole {
		v.broken[f.path] = true
	}
	switch r := rec.(type) {
	case *casefile.Book:
		v.book = &f
	case *casefile.Operator:
		if whole {
			v.operators = append(v.operators, r)
		}
	case *casefile.Delivery:
		v.observed = append(v.observed, f.path)
	default:
		h := v.holdings(accountOf(f.path))
		if whole {
			h.Add(rec)
		} else {
			h.Broken(rec)
		}
	}
}

func accountOf(file string) casefile.Account {
	return casefile.Account(strings.Split(file, "/")[1])
}

func (v *validation) holdings(a casefile.Account) *casefile.Holdings {
	if v.held[a] == nil {
		v.held[a] = casefile.NewHoldings(a)
	}
	return v.held[a]
}

// twins finds names that some file systems cannot tell apart.
func (v *validation) twins() {
	first := map[string]string{}
	for _, f := range v.files {
		folded := folded(f.path)
		if other, ok := first[folded]; ok {
			v.say(twin(f.path, other))
		}
		first[folded] = f.path
	}
}

func twin(file, of string) casefile.Problem {
	return casefile.Problem{File: file, Rule: casefile.RuleStrayFile, Text: fmt.Sprintf("some file systems cannot tell it from %s", path.Base(of))}
}

// folded is what file systems make of a name that heed neither case nor how accents are written.
func folded(name string) string { return strings.ToLower(norm.NFC.String(name)) }

func (v *validation) checkOperators() {
	for _, o := range v.operators {
		for i, a := range o.Customers {
			if v.held[a] == nil {
				field := fmt.Sprintf("customers[%d]", i)
				v.say(casefile.Problem{File: o.Path(), Field: field, Rule: casefile.RuleUnknownRecord,
					Text: fmt.Sprintf("%s: there is no customer %s", field, a)})
			}
		}
	}
}

// customers checks each customer's records against each other and against the patterns' bytes.
func (v *validation) customers() {
	accounts := slices.Sorted(maps.Keys(v.held))
	for _, ps := range each(accounts, func(a casefile.Account) casefile.Problems { return v.held[a].Check() }) {
		v.say(ps...)
	}
	var patterns []*casefile.Pattern
	for _, a := range accounts {
		for _, id := range slices.Sorted(maps.Keys(v.held[a].Patterns)) {
			patterns = append(patterns, v.held[a].Patterns[id])
		}
	}
	for _, ps := range each(patterns, v.pattern) {
		v.say(ps...)
	}
	v.orphans()
}

// orphans finds bytes without a record.
func (v *validation) orphans() {
	for dir := range v.beside {
		record := dir + "/" + casefile.PatternFile
		a := accountOf(record)
		rec, _ := casefile.Locate(record)
		if p := rec.(*casefile.Pattern); !v.broken[record] && v.holdings(a).Patterns[p.ID] == nil {
			v.say(casefile.Problem{File: record, Rule: casefile.RuleMissingFile, Text: "missing: every entry has one"})
		}
	}
}

// finish gives problems their places, with the lines there, and their order; a problem found twice is one.
func (v *validation) finish() casefile.Problems {
	found := slices.Clone(v.problems)
	byFile := map[string][]*casefile.Problem{}
	for i := range found {
		if p := &found[i]; p.Field != "" || p.Line > 0 {
			byFile[p.File] = append(byFile[p.File], p)
		}
	}
	each(slices.Collect(maps.Keys(byFile)), func(file string) error {
		src, err := v.readPath(file)
		if err == nil {
			casefile.PlaceAll(src, byFile[file])
		}
		return err
	})
	found.Sort()
	return slices.CompactFunc(found, func(a, b casefile.Problem) bool {
		return cmp.Compare(a.String(), b.String()) == 0
	})
}
