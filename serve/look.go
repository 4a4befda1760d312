package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// publisher looks at the branch and publishes what is good. One goroutine looks; any
// number read what is current and what the last look found.
type publisher struct {
	repo     *repo.Repo
	stock    *stock           // nil where only the pages are shown, and nothing is written
	key      *repo.SigningKey // signs what the server commits; nil signs nothing
	named    string           // the branch, where the caller named one
	log      *slog.Logger
	now      func() time.Time
	current  atomic.Pointer[published]
	found    atomic.Pointer[finding]
	contacts map[string]*contact
	room     *room
	metrics  *metrics
	requests *numbering
	news     *news
	reports  string         // the tip of the deliveries that were last looked at
	settled  string         // the commit that was published or refused last
	again    time.Time      // when it is worth reading once more, if it was refused
	resumed  bool           // whether what was served before the start was asked for
	tip      string         // the one that was looked at last
	basis    *repo.Snapshot // of the commit that is published
}

// finding is what the last look found.
type finding struct {
	branch    string
	at        time.Time
	published string   // the commit being served
	refused   *refused // the tip, if it is not good
	rewound   *rewound // the last time the branch was moved by force, if it was
	trouble   string   // why the branch could not be looked at
}

// refused is a commit that is not published, and why.
type refused struct {
	commit   string
	problems casefile.Problems
}

func newPublisher(r *repo.Repo, named string, log *slog.Logger, now func() time.Time) *publisher {
	p := &publisher{
		repo: r, named: named, log: log, now: now, contacts: map[string]*contact{},
		metrics: newMetrics(), requests: newNumbering(), news: newNews(),
		stock: &stock{repo: r, state: r.State(), verified: map[string]casefile.Digest{}},
	}
	p.room = newRoom(&p.current, now, p.metrics)
	p.found.Store(&finding{branch: cmp.Or(named, "main")})
	return p
}

// look publishes the branch's tip if it is new and good. Whatever goes wrong, the last
// good commit stays.
func (p *publisher) look(ctx context.Context) {
	last := p.found.Load()
	f := &finding{branch: p.branch(last), at: p.now(), refused: last.refused, rewound: last.rewound}
	if err := p.lookAt(ctx, f); err != nil {
		f.trouble = err.Error()
	}
	if p.current.Load() == nil {
		p.resume(ctx, f)
	}
	if ctx.Err() != nil {
		return
	}
	if c := p.current.Load(); c != nil {
		f.published = c.commit
	}
	p.tell(last, f)
	p.found.Store(f)
	p.announce(last, f)
}

// branch is the one the caller named, or casebook.yaml at HEAD names, which is asked until
// something is published.
func (p *publisher) branch(last *finding) string {
	if p.named != "" || p.current.Load() != nil {
		return cmp.Or(p.named, last.branch)
	}
	if book, err := p.repo.Book(); err == nil {
		return book.Branch
	}
	return cmp.Or(last.branch, "main")
}

func (p *publisher) lookAt(ctx context.Context, f *finding) error {
	tip, err := p.repo.Tip(f.branch)
	if err != nil || tip == p.settled {
		return err
	}
	s, err := p.repo.Snapshot(tip)
	if err != nil {
		return err
	}
	next, problems, err := p.read(ctx, s)
	if err == nil {
		var unsigned casefile.Problems
		unsigned, err = s.CheckSignatures(p.good(f.branch))
		problems = append(problems, unsigned...)
	}
	if err == nil {
		err = p.follow(s, f)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("commit %s: %w", tip, err), s.Close())
	}
	f.refused = nil
	p.settled = tip
	if len(problems) > 0 {
		problems.Sort()
		f.refused = &refused{tip, problems}
		now := p.now()
		p.again = now.Add(rest * now.Sub(f.at))
		return s.Close()
	}
	return p.publish(next, s, f.branch)
}

// how a change on behalf of somebody is made: he is its author, and with a key the server
// commits it and signs.
func (p *publisher) how(by *repo.Signature) repo.How {
	how := repo.How{Branch: p.found.Load().branch, Now: p.now(), By: by, Key: p.key}
	if p.key != nil {
		how.Committer = &repo.Signature{Name: serverName, Email: serverEmail}
	}
	return how
}

// good is the commit by which signatures are judged: the published one or, before there is one, what
// was published before the server was started, lest a restart forgive what was refused; "" where git
// has neither.
func (p *publisher) good(branch string) string {
	if now := p.current.Load(); now != nil {
		return now.commit
	}
	commit := p.remembered(branch).Commit
	if commit == "" {
		return ""
	}
	s, err := p.repo.Snapshot(commit)
	switch {
	case err == nil:
		_ = s.Close() // nothing was written
	case !p.repo.State().Demanding(commit):
		return ""
	}
	return commit
}

// publish flips to what is made of a commit.
func (p *publisher) publish(next *published, s *repo.Snapshot, branch string) error {
	p.current.Store(next)
	p.room.turn()
	p.remember(branch, s)
	old := p.basis
	p.basis = s // kept open, so that the next look need not open its commit again
	if old == nil {
		return nil
	}
	return old.Close()
}

// rest is how many times as long as the reading of a refused commit took it is left alone.
const rest = 20

// reconsider makes the next look read a refused commit again: what kept it from being
// read may have been the disk and not the commit.
func (p *publisher) reconsider() {
	if p.found.Load().refused != nil && !p.now().Before(p.again) {
		p.settled = ""
	}
}

// read makes of a commit what can be published, or says what is wrong with it.
func (p *publisher) read(ctx context.Context, s *repo.Snapshot) (*published, casefile.Problems, error) {
	next := &published{commit: s.Commit(), made: s.Time(), header: []string{s.Commit()}, customers: map[casefile.Account]*customer{}}
	problems, err := checkBook(s)
	if err != nil {
		return nil, nil, err
	}
	accounts, strays, err := accountsIn(s)
	if err != nil {
		return nil, nil, err
	}
	operators, wrong, err := checkOperators(s, accounts)
	if err != nil {
		return nil, nil, err
	}
	problems = slices.Concat(problems, strays, wrong)
	for _, account := range accounts {
		c, wrong, err := p.customer(ctx, s, account)
		if err != nil {
			return nil, nil, err
		}
		next.customers[account] = c
		problems = append(problems, wrong...)
	}
	if len(problems) == 0 {
		next.pages = next.show()
		for _, shared := range append(next.letIn(p.contacts), next.letOperatorsIn(operators)...) {
			problems = append(problems, placed(s, shared.File, shared)...)
		}
	}
	return next, problems, nil
}

// customer is the one already published, if nothing of it changed.
func (p *publisher) customer(ctx context.Context, s *repo.Snapshot, a casefile.Account) (*customer, casefile.Problems, error) {
	tree := s.CustomerTree(a)
	var was *customer
	if last := p.current.Load(); last != nil {
		was = last.customers[a]
	}
	if was != nil && was.tree == tree {
		return was, nil, nil
	}
	held, unproven, problems, err := p.holdings(s, a, was)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	if p.stock != nil {
		if problems, err = p.stock.take(ctx, s, unproven); err != nil || len(problems) > 0 {
			return nil, problems, err
		}
	}
	c, err := newCustomer(held, tree, was)
	return c, nil, err
}

// tell logs what changed from one look to the next, one line for each fact.
func (p *publisher) tell(last, now *finding) {
	if now.published != last.published || now.refused == nil && last.refused != nil {
		p.log.Info("published", "branch", now.branch, "commit", now.published)
	}
	if r := now.refused; r != nil && (last.refused == nil || last.refused.commit != r.commit) {
		p.metrics.refused.Inc()
		p.log.Error("refused", "branch", now.branch, "commit", r.commit, "serving", now.published,
			"problems", len(r.problems), "first", r.problems[0].String())
	}
	if now.rewound != last.rewound {
		p.metrics.rewound.Inc()
		p.log.Warn("rewound", "branch", now.branch, "from", now.rewound.from, "to", now.rewound.to)
	}
	switch {
	case now.trouble == last.trouble:
	case now.trouble != "":
		p.log.Warn("cannot look", "branch", now.branch, "serving", now.published, "error", now.trouble)
	default:
		p.log.Info("can look again", "branch", now.branch)
	}
}
