package serve

import (
	"context"
	"net"
	"net/http"
	"time"

	"casebook/casefile"
	"casebook/repo"
	"casebook/serve/console"
)

// Pages shows the pages alone, of any clone and without a server, on the address for people, until ctx
// ends. Nothing is written. It calls ready once connections are accepted.
func Pages(ctx context.Context, c Config, ready func(net.Addr)) error {
	c = c.filled()
	if err := c.checkConsole(); err != nil {
		return err
	}
	r, err := repo.Open(c.Dir, c.State, c.Getenv)
	if err != nil {
		return err
	}
	p := newPublisher(r, c.Branch, c.Log, c.Now)
	p.stock = nil
	l, err := net.Listen("tcp", c.Console)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	e := newRouter(p, func(http.Header) {})
	guard(e, console.Guard{UserHeader: c.UserHeader})
	console.New(p.source(ctx, nil)).Routes(e)
	s := c.server(p.requests.each(wholeBodies(e)))
	go func() { cancel(s.Serve(l)) }()
	ready(l.Addr())
	p.watch(ctx, c.Tick)
	limited, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	if s.Shutdown(limited) != nil {
		_ = s.Close()
	}
	return broken(ctx)
}

// source is where the pages take from what they show. There is no recorder where no
// mitigators are answered.
func (p *publisher) source(ctx context.Context, r *recorder) console.Source {
	return console.Source{
		Repo: p.repo, Now: p.now, Changed: p.news.changed, Ended: ctx.Done(), Log: p.log,
		Published: p.shown, Standing: func() console.Standing { return p.found.Load().standing(r != nil) },
		Attending: func() console.Attendance { return p.attending(r) },
	}
}

// shown is what is published, for the pages.
func (p *publisher) shown() *console.Published {
	if now := p.current.Load(); now != nil {
		return now.pages
	}
	return nil
}

func (p *published) show() *console.Published {
	s := &console.Published{Commit: p.commit, Made: p.made, Customers: map[casefile.Account]*casefile.Holdings{}}
	for account, c := range p.customers {
		s.Customers[account] = c.held
	}
	return s
}

func (f *finding) standing(serving bool) console.Standing {
	s := console.Standing{Serving: serving, Branch: f.branch, LookedAt: f.at, Trouble: f.trouble}
	if f.refused != nil {
		s.Refused = &console.Refused{Commit: f.refused.commit, Problems: f.refused.problems}
	}
	if f.rewound != nil {
		s.Rewound = &console.Rewound{From: f.rewound.from, To: f.rewound.to, At: f.rewound.at}
	}
	return s
}

func (p *publisher) attending(r *recorder) console.Attendance {
	a := console.Attendance{Heard: map[string]time.Time{}, Waiting: p.room.names()}
	if now := p.current.Load(); now != nil {
		for ref := range now.names {
			if at, heard := now.heard(ref); heard {
				a.Heard[ref] = at
			}
		}
	}
	if r != nil {
		a.Pending = len(r.pending())
	}
	return a
}

// names are the mitigators whose polls wait, and how many each has.
func (r *room) names() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := map[string]int{}
	for w := range r.waiting {
		if w.by != nil {
			names[w.by.ref()]++
		}
	}
	return names
}

// announce tells the pages if what they show is another than it was at the last look. What
// others report, or fetched from elsewhere, comes on a branch of its own.
func (p *publisher) announce(last, now *finding) {
	reports := ""
	if s, err := p.repo.Deliveries(); err == nil {
		if reports = s.Commit(); reports != p.reports && p.stock == nil {
			_, _ = p.recall(s) // who cannot be read was not heard
		}
		_ = s.Close() // nothing was written
	}
	if reports == p.reports && now.published == last.published && now.refused == last.refused && now.rewound == last.rewound && now.trouble == last.trouble {
		return
	}
	p.reports = reports
	p.news.spread()
}
