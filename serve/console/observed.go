package console

import (
	"cmp"
	"errors"
	"maps"
	"path"
	"slices"
	"sync"

	"casebook/casefile"
	"casebook/repo"
)

// observed is what mitigators reported, as one commit of the branch of deliveries has it. It
// does not change.
type observed struct {
	commit string
	by     map[casefile.Account]*reports
}

// reports are those about one customer's entries; while none is new they stay the same ones.
type reports struct {
	tree  string // git's hash of them all
	about map[casefile.PatternID]report
}

// report is what was reported about one entry.
type report struct {
	tree       string // git's hash of it
	deliveries []*casefile.Delivery
	wrong      casefile.Problems // files among them that cannot be read; they hide no others
}

// of is what was reported about an entry, by mitigator.
func (r *reports) of(id casefile.PatternID) []*casefile.Delivery {
	if r == nil {
		return nil
	}
	return r.about[id].deliveries
}

// observer reads the branch of deliveries again when it may have moved.
type observer struct {
	mu      sync.Mutex
	last    *observed
	fresh   <-chan struct{} // open while the last is the newest
	trouble string          // why the last is not the newest
}

// observed is what was reported until now. When it cannot be read, what was read last stays.
func (k *Console) observed() *observed {
	o := &k.observer
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fresh != nil {
		select {
		case <-o.fresh:
		default:
			return o.last
		}
	}
	fresh := k.Changed() // before the branch is read, lest what comes meanwhile be missed
	next, err := readObserved(k.Repo, o.last)
	if err != nil {
		o.fresh, o.trouble = nil, err.Error()
		return cmp.Or(o.last, &observed{})
	}
	o.last, o.fresh, o.trouble = next, fresh, ""
	return next
}

// said is why the newest reports cannot be read; "" if they can.
func (o *observer) said() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.trouble
}

// readObserved reads what is new since the last reading.
func readObserved(r *repo.Repo, last *observed) (*observed, error) {
	s, err := r.Deliveries()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if last == nil {
		last = &observed{}
	}
	if last.by != nil && s.Commit() == last.commit {
		return last, nil
	}
	next := &observed{s.Commit(), map[casefile.Account]*reports{}}
	accounts, err := s.Accounts()
	for _, a := range accounts {
		if next.by[a], err = readReports(s, a, last.by[a]); err != nil {
			return nil, err
		}
	}
	return next, err
}

// aFew changed entries are read one by one; more of them with all others in one go.
const aFew = 64

func readReports(s *repo.Snapshot, a casefile.Account, last *reports) (*reports, error) {
	tree := s.CustomerTree(a)
	if last != nil && last.tree == tree {
		return last, nil
	}
	folders, err := s.List(path.Join(casefile.CustomerDir(a), "deliveries"))
	if err != nil {
		return nil, err
	}
	next := &reports{tree: tree, about: make(map[casefile.PatternID]report, len(folders))}
	var changed []casefile.PatternID
	for _, f := range folders {
		id, err := casefile.ParsePatternID(f.Name)
		if err != nil {
			continue // no entry has such a number, and so nobody asks
		}
		if last != nil && last.about[id].tree == f.Hash {
			next.about[id] = last.about[id]
			continue
		}
		next.about[id] = report{tree: f.Hash}
		changed = append(changed, id)
	}
	if len(changed) > aFew {
		return next, next.readAll(s, a)
	}
	return next, next.read(s, a, changed)
}

// read reads the reports about some entries.
func (r *reports) read(s *repo.Snapshot, a casefile.Account, some []casefile.PatternID) error {
	for _, id := range some {
		of, err := s.DeliveriesOf(casefile.PatternRef{Account: a, ID: id})
		next := report{tree: r.about[id].tree, deliveries: of}
		if err != nil && !errors.As(err, &next.wrong) {
			return err
		}
		r.about[id] = next
	}
	return nil
}

// readAll reads the reports about all entries.
func (r *reports) readAll(s *repo.Snapshot, a casefile.Account) error {
	all, err := s.AllDeliveries(a)
	var wrong casefile.Problems
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	for id, of := range r.about {
		r.about[id] = report{tree: of.tree}
	}
	for _, d := range all {
		of := r.about[d.Pattern]
		of.deliveries = append(of.deliveries, d)
		r.about[d.Pattern] = of
	}
	for _, p := range wrong {
		id, _ := casefile.ParsePatternID(path.Base(path.Dir(p.File)))
		of := r.about[id]
		of.wrong = append(of.wrong, p)
		r.about[id] = of
	}
	return nil
}

// wrong is all that cannot be read among what was reported.
func (o *observed) wrong() (all casefile.Problems) {
	for _, a := range slices.Sorted(maps.Keys(o.by)) {
		for _, of := range o.by[a].about {
			all = append(all, of.wrong...)
		}
	}
	all.Sort()
	return all
}
