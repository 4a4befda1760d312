package serve

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what the server counts. What it knows anyway is read when somebody asks, see
// reading.
type metrics struct {
	lists, unchanged, waits prometheus.Counter // polls answered, and those of them that waited
	files                   prometheus.Counter // bytes of patterns
	refused, rewound        prometheus.Counter
	polls, problems         *prometheus.CounterVec
	looks, receipts         *prometheus.CounterVec
	handedIn, handedOut     prometheus.Counter // cases received, and whole downloads of their data
	forensics               *prometheus.CounterVec
	turnedAway              *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		waits:    counter("waits_total", "Polls that waited for their answer."),
		files:    counter("file_bytes_total", "Bytes of patterns sent."),
		refused:  counter("refused_commits_total", "Commits that were not published because something is wrong with them."),
		rewound:  counter("rewound_total", "Times the branch was moved by force."),
		polls:    counters("polls_total", "Polls of the pattern list, by answer: list or unchanged.", "answer"),
		problems: counters("problems_total", "Requests answered with a problem, by its type.", "type"),
		looks:    counters("looks_total", "Looks at the branch, by what made them: start, event or tick.", "cause"),
		receipts: counters("receipts_total", "Receipts kept, by event.", "event"),

		handedIn:   counter("cases_received_total", "Cases opened by forensic data that was handed in."),
		handedOut:  counter("forensics_downloads_total", "Whole downloads of forensic data by operators."),
		forensics:  counters("forensics_bytes_total", "Bytes of forensic data, in from mitigators and out to operators.", "direction"),
		turnedAway: counters("intake_refused_total", "Forensic data that was not taken, by the type of the problem.", "type"),
	}
	m.lists, m.unchanged = m.polls.WithLabelValues("list"), m.polls.WithLabelValues("unchanged")
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "casebook", Name: name, Help: help})
}

func counters(name, help, label string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "casebook", Name: name, Help: help}, []string{label})
}

// polled counts a poll by the status of its answer.
func (m *metrics) polled(status int) {
	switch status {
	case http.StatusOK:
		m.lists.Inc()
	case http.StatusNotModified:
		m.unchanged.Inc()
	case http.StatusUnauthorized:
		m.problem(&unauthorized)
	case http.StatusPreconditionFailed:
		m.problem(&conditionFailed)
	}
}

func (m *metrics) problem(p *Problem) {
	m.problems.WithLabelValues(p.word()).Inc()
}

// metrics answers GET /metrics.
func (s *operations) metricsPage() http.Handler {
	r := prometheus.NewRegistry()
	m := s.publisher.metrics
	r.MustRegister(m.waits, m.files, m.refused, m.rewound, m.polls, m.problems, m.looks, m.receipts,
		m.handedIn, m.handedOut, m.forensics, m.turnedAway, &reading{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// reading is the state of the server at the moment it is asked for.
type reading struct{ *operations }

var (
	commitAge   = gauge("published_commit_age_seconds", "Time since the commit that is served was made.")
	refusedBy   = gauge("refused_problems", "Problems of the commit that is refused now, by rule; none if none is.", "rule")
	lookTrouble = gauge("look_trouble", "1 if the branch cannot be looked at now.")
	lastLook    = gauge("last_look_timestamp_seconds", "When the branch was looked at last.")
	waitingNow  = gauge("waiting", "Polls waiting now.")
	pendingNow  = gauge("journal_pending", "Receipts answered and not yet committed.")
	lastContact = gauge("mitigator_last_contact_timestamp_seconds", "When a mitigator was heard last.", "account", "mitigator")
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("casebook_"+name, help, labels, nil)
}

// Describe says nothing: what there is to read depends on what is published.
func (reading) Describe(chan<- *prometheus.Desc) {}

// Collect reads the state.
func (r reading) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	f, p, now := r.found.Load(), r.current.Load(), r.status()
	if p != nil {
		tell(commitAge, r.now().Sub(p.made).Seconds())
	}
	if f.refused != nil {
		byRule := map[string]float64{}
		for _, problem := range f.refused.problems {
			byRule[string(problem.Rule)]++
		}
		for rule, n := range byRule {
			tell(refusedBy, n, rule)
		}
	}
	trouble := 0.0
	if f.trouble != "" {
		trouble = 1
	}
	tell(lookTrouble, trouble)
	if !f.at.IsZero() {
		tell(lastLook, float64(f.at.Unix()))
	}
	tell(waitingNow, float64(r.room.count()))
	tell(pendingNow, float64(now.Journal.Pending))
	for _, m := range now.Mitigators {
		if !m.LastContact.IsZero() {
			tell(lastContact, float64(m.LastContact.Time().Unix()), string(m.Account), string(m.Name))
		}
	}
}
