package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// most is how many receipts one mitigator can hand in about one pattern, so that no file
// of the branch grows without bound. An honest one needs a handful.
const most = 1000

// recorder takes receipts down: into the journal at once, into the branch of deliveries
// in batches.
type recorder struct {
	repo *repo.Repo
	log  *slog.Logger
	now  func() time.Time
	key  *repo.SigningKey // signs what is committed; nil signs nothing
	attendance

	mu        sync.Mutex
	journal   *journal
	delivered *repo.Snapshot // the branch as it was after our last commit to it
}

func newRecorder(r *repo.Repo, j *journal, log *slog.Logger, now func() time.Time) (*recorder, error) {
	delivered, err := r.Deliveries()
	return &recorder{repo: r, journal: j, log: log, now: now, delivered: delivered}, err
}

// record makes a receipt durable; it is false if the same was recorded before.
func (r *recorder) record(l line) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, err := r.committed(l)
	if err != nil {
		d = l.delivery() // the journal can take it all the same, and put passes over what is there already
	}
	known := d.Receipts
	for _, pending := range r.journal.lines {
		if pending.about(l) {
			known = append(known, pending.Receipt)
		}
	}
	switch {
	case slices.ContainsFunc(known, l.Same):
		return false, nil
	case len(known) >= most:
		return false, tooMany.because("more than %d receipts for pattern %d", most, l.Pattern)
	}
	return true, r.journal.append(l)
}

// committed is the delivery on the branch that a line belongs to; empty if there is none.
func (r *recorder) committed(l line) (*casefile.Delivery, error) {
	d, err := deliveryIn(r.delivered, l)
	if err == nil {
		return d, nil
	}
	// The branch was moved by force, and git cleaned up behind it: read it as it is now.
	if err := r.reread(); err != nil {
		return nil, err
	}
	return deliveryIn(r.delivered, l)
}

func deliveryIn(s *repo.Snapshot, l line) (*casefile.Delivery, error) {
	d := l.delivery()
	err := s.Get(d)
	var broken casefile.Problems // somebody's edit of the branch; the receipt is no worse for it
	if errors.Is(err, repo.ErrNotFound) || errors.As(err, &broken) {
		return l.delivery(), nil
	}
	return d, err
}

// reread looks at the branch as it is now.
func (r *recorder) reread() error {
	delivered, err := r.repo.Deliveries()
	if err != nil {
		return err
	}
	old := r.delivered
	r.delivered = delivered
	return old.Close()
}

// pending are the receipts that are not committed yet.
func (r *recorder) pending() []line {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.journal.lines)
}

// run commits what is pending every so often, and once more when ctx ends.
func (r *recorder) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	said := ""
	for running := true; running; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			running = false
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		err := r.deliver(last)
		cancel()
		if err != nil && err.Error() != said {
			r.log.Error("receipts are kept in the journal, and cannot be committed", "error", err)
			said = err.Error()
		}
		if err == nil && said != "" {
			r.log.Info("receipts are committed again")
			said = ""
		}
	}
}

// The server as git knows it: with a signing key, allowed_signers names it by this address.
const (
	serverName  = "casebook serve"
	serverEmail = "serve@casebook.invalid"
)

// deliver commits what is pending, and then takes it out of the journal; and who was heard. After a crash in
// between, the same receipts are put again, which changes nothing and makes no commit.
func (r *recorder) deliver(ctx context.Context) error {
	if err := r.journal.ours(); err != nil {
		return err
	}
	lines, now := r.pending(), r.now()
	contacts := r.news(lines, now)
	if len(lines)+len(contacts) == 0 {
		return nil
	}
	how := repo.How{
		Branch: repo.DeliveriesBranch, Now: now,
		By: &repo.Signature{Name: serverName, Email: serverEmail}, Key: r.key,
	}
	_, err := r.repo.Change(ctx, how, func(tx *repo.Tx) (repo.Message, error) {
		return deliveryMessage(lines, len(contacts)), errors.Join(put(tx, lines), putContacts(tx, contacts))
	})
	if err != nil {
		return err
	}
	r.keep(contacts, now)
	if len(lines) == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.reread(); err != nil {
		return err
	}
	return r.journal.drop(len(lines))
}

// put adds each receipt to its delivery, unless it is there.
func put(tx *repo.Tx, lines []line) error {
	deliveries := map[string]*casefile.Delivery{}
	for _, l := range lines {
		d := l.delivery()
		if begun := deliveries[d.Path()]; begun != nil {
			d = begun
		} else if err := tx.Get(d); err != nil && !errors.Is(err, repo.ErrNotFound) {
			return err
		}
		deliveries[d.Path()] = d
		if !slices.ContainsFunc(d.Receipts, l.Same) {
			d.Receipts = append(d.Receipts, l.Receipt)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(deliveries)) {
		if err := tx.Put(deliveries[path]); err != nil {
			return err
		}
	}
	return nil
}

// deliveryMessage says in one line what came from whom, and in the body each receipt.
func deliveryMessage(lines []line, contacts int) repo.Message {
	if len(lines) == 0 {
		return repo.Message{Verb: "deliver", Subject: fmt.Sprintf("deliver the last contact of %d mitigators", contacts)}
	}
	m := repo.Message{Verb: "deliver", Subject: fmt.Sprintf("deliver %d receipts", len(lines))}
	first := lines[0]
	about := casefile.PatternRef{Account: first.Account, ID: first.Pattern}
	if len(lines) == 1 {
		m.Subject = fmt.Sprintf("deliver %s: %s by %s", about, first.Event, first.Mitigator)
	}
	if !slices.ContainsFunc(lines, func(l line) bool { return l.Account != first.Account || l.Pattern != first.Pattern }) {
		m.Pattern = about
	}
	var body strings.Builder
	for _, l := range lines[:min(len(lines), 50)] {
		fmt.Fprintf(&body, "%s/%d %s by %s\n", l.Account, l.Pattern, l.Event, l.Mitigator)
	}
	m.Body = body.String()
	return m
}
