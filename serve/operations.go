package serve

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"casebook/casefile"
	"casebook/serve/console"

	"github.com/labstack/echo/v4"
)

// operations answers people and their tools, on a listener of its own: the pages, and what
// probes and monitoring ask.
type operations struct {
	*publisher
	recorder *recorder
	pages    *console.Console
	guard    console.Guard
}

func newOperations(p *publisher, r *recorder, pages *console.Console, userHeader string) *operations {
	return &operations{p, r, pages, console.Guard{UserHeader: userHeader}}
}

func (s *operations) routes() http.Handler { return s.requests.each(wholeBodies(s.router())) }

func (s *operations) router() *echo.Echo {
	e := newRouter(s.publisher, func(http.Header) {})
	guard(e, s.guard, "/livez", "/readyz", "/metrics") // probes have no user
	s.pages.Routes(e)
	for path, do := range map[string]echo.HandlerFunc{
		"/livez": s.live, "/readyz": s.ready, "/status": s.tellStatus, "/openapi.yaml": describe, "/metrics": echo.WrapHandler(s.metricsPage()),
	} {
		e.GET(path, guarded(do))
		e.HEAD(path, guarded(do))
	}
	return e
}

// guard lets only those in who may look; the open paths anybody may ask for.
func guard(e *echo.Echo, g console.Guard, open ...string) {
	e.Use(guarded, func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !slices.Contains(open, c.Request().URL.Path) {
				if why := g.Why(c.Request()); why != "" {
					return forbidden.because("%s", why)
				}
				g.Knows(c)
			}
			return next(c)
		}
	})
}

// status is the body of /status.
type status struct {
	Branch     string            `json:"branch"`
	Commit     string            `json:"commit,omitempty"` // being served; absent before the first good one
	LookedAt   casefile.Time     `json:"looked_at,omitzero"`
	Trouble    string            `json:"trouble,omitempty"` // why the branch could not be looked at
	Refused    *refusedStatus    `json:"refused,omitempty"` // the branch's tip, if it is not good
	Rewound    *rewoundStatus    `json:"rewound,omitempty"` // the last time the branch was moved by force
	Customers  []customerStatus  `json:"customers"`
	Mitigators []mitigatorStatus `json:"mitigators"`
	Waiting    int               `json:"waiting"` // polls that are held
	Journal    journalStatus     `json:"journal"`
}

type refusedStatus struct {
	Commit   string            `json:"commit"`
	Problems casefile.Problems `json:"problems"`
}

type rewoundStatus struct {
	From string        `json:"from"`
	To   string        `json:"to"`
	At   casefile.Time `json:"at"`
}

type customerStatus struct {
	Account casefile.Account `json:"account"`
	Listed  int              `json:"listed"`
	ETag    string           `json:"etag"`
}

type mitigatorStatus struct {
	Account     casefile.Account `json:"account"`
	Name        casefile.Name    `json:"name"`
	Revoked     bool             `json:"revoked,omitempty"`
	LastContact casefile.Time    `json:"last_contact,omitzero"`
}

type journalStatus struct {
	Pending int `json:"pending"` // receipts answered and not yet committed
}

func (s *operations) status() status {
	f, p := s.found.Load(), s.current.Load()
	now := status{
		Branch: f.branch, LookedAt: casefile.At(f.at), Trouble: f.trouble,
		Customers: []customerStatus{}, Mitigators: []mitigatorStatus{},
		Waiting: s.room.count(), Journal: journalStatus{len(s.recorder.pending())},
	}
	if f.refused != nil {
		now.Refused = &refusedStatus{f.refused.commit, f.refused.problems}
	}
	if r := f.rewound; r != nil {
		now.Rewound = &rewoundStatus{r.from, r.to, casefile.At(r.at)}
	}
	if p == nil {
		return now
	}
	now.Commit = p.commit
	for _, account := range slices.Sorted(maps.Keys(p.customers)) {
		c := p.customers[account]
		now.Customers = append(now.Customers, customerStatus{account, len(c.entries), c.list.plain.etag})
		now.Mitigators = append(now.Mitigators, p.fleet(c)...)
	}
	return now
}

// fleet is what is known of a customer's mitigators.
func (p *published) fleet(c *customer) []mitigatorStatus {
	var fleet []mitigatorStatus
	for _, name := range slices.Sorted(maps.Keys(c.mitigators)) {
		m := mitigatorStatus{Account: c.account, Name: name, Revoked: !c.mitigators[name].Revoked.IsZero()}
		if at, heard := p.heard(c.mitigators[name].Ref()); heard {
			m.LastContact = casefile.At(at)
		}
		fleet = append(fleet, m)
	}
	return fleet
}

func (s *operations) tellStatus(c echo.Context) error { return answer(c, http.StatusOK, s.status()) }

func (s *operations) live(c echo.Context) error { return c.String(http.StatusOK, "alive\n") }

// ready is no before the first good commit. A server that refuses a later one still
// serves, so it is ready.
func (s *operations) ready(c echo.Context) error {
	f, p := s.found.Load(), s.current.Load()
	if p == nil {
		return notPublished.because("%s", f.obstacle())
	}
	return c.String(http.StatusOK, f.sentence(p.commit)+"\n")
}

// sentence says what is served and, if so, what is not.
func (f *finding) sentence(commit string) string {
	said := fmt.Sprintf("serving %s of branch %s", commit, f.branch)
	if f.refused != nil || f.trouble != "" {
		said += "; " + f.obstacle()
	}
	return said
}

// obstacle says what keeps the branch's tip from being served.
func (f *finding) obstacle() string {
	switch {
	case f.trouble != "":
		return "cannot look: " + f.trouble
	case f.refused != nil:
		return fmt.Sprintf("refusing %s: %d problems, see /status; the first: %s", f.refused.commit, len(f.refused.problems), f.refused.problems[0])
	}
	return "not looked yet"
}
