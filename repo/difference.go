package repo

import (
	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Difference is a file that is not the same in two snapshots.
type Difference struct {
	Path  string
	Gone  bool
	Plain bool // what is there now is no link, executable or submodule
}

// Since are the differences in what belongs to a customer since an earlier snapshot. Only
// folders that differ are read.
func (s *Snapshot) Since(before *Snapshot, a casefile.Account) ([]Difference, error) {
	var folders [2]plumbing.Hash
	for i, one := range []*Snapshot{before, s} {
		if e, err := one.find(casefile.CustomerDir(a)); err == nil && e.Mode == filemode.Dir {
			folders[i] = e.Hash
		}
	}
	touched, err := newComparer(s.objects).apart(casefile.CustomerDir(a), folders[0], folders[1], nil)
	differences := make([]Difference, len(touched))
	for i, t := range touched {
		differences[i] = Difference{t.path, t.to.Hash.IsZero(), isRegular(t.to.Mode)}
	}
	return differences, err
}
