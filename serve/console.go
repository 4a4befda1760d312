package serve

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"casebook/casefile"

	"github.com/labstack/echo/v4"
)

// console answers people and their tools, on a listener of its own.
type console struct {
	*publisher
	recorder *recorder
}

func (s *console) routes() http.Handler { return s.requests.each(wholeBodies(s.router())) }

func (s *console) router() *echo.Echo {
	e := newRouter(s.publisher, func(http.Header) {})
	for path, do := range map[string]echo.HandlerFunc{
		"/": s.summary, "/livez": s.live, "/readyz": s.ready, "/status": s.tellStatus, "/openapi.yaml": describe, "/metrics": echo.WrapHandler(s.metricsPage()),
	} {
		e.GET(path, guarded(do))
		e.HEAD(path, guarded(do))
	}
	return e
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

func (s *console) status() status {
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
	seen := map[casefile.Name]*contact{}
	for _, v := range p.tokens {
		if v.of == c {
			seen[v.name] = v.seen
		}
	}
	var fleet []mitigatorStatus
	for _, name := range slices.Sorted(maps.Keys(c.mitigators)) {
		m := mitigatorStatus{Account: c.account, Name: name, Revoked: !c.mitigators[name].Revoked.IsZero()}
		if s := seen[name]; s != nil && s.Load() != 0 {
			m.LastContact = casefile.At(time.Unix(s.Load(), 0))
		}
		fleet = append(fleet, m)
	}
	return fleet
}

func (s *console) tellStatus(c echo.Context) error { return answer(c, http.StatusOK, s.status()) }

func (s *console) live(c echo.Context) error { return c.String(http.StatusOK, "alive\n") }

// ready is no before the first good commit. A server that refuses a later one still
// serves, so it is ready.
func (s *console) ready(c echo.Context) error {
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

// summary is what a person sees who opens the address.
func (s *console) summary(c echo.Context) error {
	f, p, now := s.found.Load(), s.current.Load(), s.status()
	var b strings.Builder
	if p == nil {
		fmt.Fprintf(&b, "casebook serve\n\nnothing is published yet; %s\n", f.obstacle())
	} else {
		fmt.Fprintf(&b, "casebook serve\n\n%s\n", f.sentence(p.commit))
	}
	if f.refused != nil {
		for _, problem := range f.refused.problems {
			fmt.Fprintln(&b, "  "+problem.String())
		}
	}
	for _, c := range now.Customers {
		fmt.Fprintf(&b, "customer %s: %d listed\n", c.Account, c.Listed)
	}
	for _, m := range now.Mitigators {
		heard := m.LastContact.String()
		if heard == "" {
			heard = "not heard"
		}
		fmt.Fprintf(&b, "mitigator %s/%s: %s\n", m.Account, m.Name, heard)
	}
	fmt.Fprintf(&b, "receipts waiting to be committed: %d\n\n/livez /readyz /status /metrics /openapi.yaml\n", now.Journal.Pending)
	return c.String(http.StatusOK, b.String())
}
