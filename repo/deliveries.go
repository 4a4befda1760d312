package repo

import (
	"errors"
	"path"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// DeliveriesBranch is the branch of what was observed. It is apart from the branch of what is wanted,
// whose history stays clean and never conflicts with reports.
const DeliveriesBranch = "deliveries"

// Deliveries reads the tip of the branch of deliveries, or of what was fetched of it from origin. The
// snapshot holds nothing where neither is there.
func (r *Repo) Deliveries() (*Snapshot, error) {
	for _, ref := range []string{branches, "refs/remotes/origin/"} {
		h, err := r.refs().read(ref + DeliveriesBranch)
		if errors.Is(err, errNoRef) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return r.at(h)
	}
	return r.at(plumbing.ZeroHash)
}

// AllDeliveries are the deliveries of all of a customer's entries; it is asked of the snapshot that
// Deliveries returns. Those that can be read come back beside the problems of the others.
func (s *Snapshot) AllDeliveries(a casefile.Account) ([]*casefile.Delivery, error) {
	return recordsIn[*casefile.Delivery](s, path.Join(casefile.CustomerDir(a), "deliveries"))
}
