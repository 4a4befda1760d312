package casefile

import (
	"testing"

	"pgregory.net/rapid"
)

// life is a case with its entries and their files, and what the test expects of them.
type life struct {
	c       *Case
	entries []*Pattern
	files   map[string][]byte
	written map[string]string // what Write last made of each record
	read    map[string]Record // what Read last made of each file
	status  Status
	before  Status
}

// A case lives any life the verbs allow: its files follow by splices alone, and always say
// what the records say.
func TestLifeOfACase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{files: map[string][]byte{}, written: map[string]string{}, read: map[string]Record{}, status: NewCaseReceived}
		l.c = testCase.Receive("ws-017", "tm-01", Forensics{"ws-017.zip", 48211, digestOf}, At(testNow.Time().Add(-3600e9)))
		t.Repeat(map[string]func(*rapid.T){
			"notify":   func(t *rapid.T) { l.step(t, Notify, l.c.Notify(testNow)) },
			"download": func(t *rapid.T) { l.step(t, Download, l.c.Download()) },
			"identify": func(t *rapid.T) {
				l.step(t, Identify, l.c.Identify(rapid.SampledFrom([]string{"007", "1-1", "a: b"}).Draw(t, "id"), testNow))
			},
			"upload": func(t *rapid.T) {
				p, err := l.c.Upload(l.next(), Bandage, "1.10", "for ws-017", File{"a.b", 5, digestOf}, testStamp)
				l.made(t, Upload, p, err)
			},
			"specify": func(t *rapid.T) {
				p, err := l.c.Specify(l.next(), SmartScanAgent, "0123", "for\nws-017", testStamp)
				l.made(t, Specify, p, err)
			},
			"none": func(t *rapid.T) {
				p, err := l.c.None(l.next(), "yes", testStamp)
				l.made(t, NoneVerb, p, err)
			},
			"reissue": func(t *rapid.T) {
				if old := l.any(t, func(p *Pattern) bool { return p.File != nil }); old != nil {
					p, err := l.c.Reissue(l.next(), old, testStamp)
					l.made(t, Reissue, p, err)
				}
			},
			"withdraw": func(t *rapid.T) {
				if p := l.any(t, func(p *Pattern) bool { return p.Withdrawn == nil }); p != nil {
					l.step(t, Withdraw, l.c.Withdraw(p, "it is: wrong", testStamp))
				}
			},
			"resolve": func(t *rapid.T) {
				if p := l.any(t, func(p *Pattern) bool { return !p.Settled() }); p != nil {
					l.step(t, Resolve, l.c.Resolve(p, testStamp))
				}
			},
			"unresolve": func(t *rapid.T) {
				if p := l.any(t, func(p *Pattern) bool { return p.Target.Resolved != nil }); p != nil {
					l.step(t, Resolve, l.c.Unresolve(p, testNow))
				}
			},
			"close":  l.close,
			"reopen": func(t *rapid.T) { l.step(t, Reopen, l.c.Reopen(testNow)) },
			"":       l.check,
		})
	})
}

func (l *life) next() PatternID { return PatternID(len(l.entries) + 1) }

func (l *life) any(t *rapid.T, fit func(*Pattern) bool) *Pattern {
	var fits []*Pattern
	for _, p := range l.entries {
		if fit(p) {
			fits = append(fits, p)
		}
	}
	if len(fits) == 0 {
		return nil
	}
	return rapid.SampledFrom(fits).Draw(t, "entry")
}

// step compares a verb with what the table, read once more in plain words, says of it.
func (l *life) step(t *rapid.T, v Verb, err error) {
	was, closed := l.status, l.status == CaseClosed
	switch v {
	case Notify:
		if was == NewCaseReceived {
			l.status = AdministratorNotified
		}
	case Download:
		if was == NewCaseReceived || was == AdministratorNotified {
			l.status = ThreatSampleDownloaded
		}
	case Upload, Specify, Reissue:
		if !closed {
			l.status = MitigatorNotified
		}
	case Reopen:
		if closed {
			l.status = l.before
		}
	}
	legal := !closed
	switch v {
	case Notify:
		legal = was == NewCaseReceived
	case Download:
		legal = true
	case Reopen:
		legal = closed
	}
	if (err == nil) != legal {
		t.Fatalf("%s of a case that is %s: %v", v, was, err)
	}
}

func (l *life) made(t *rapid.T, v Verb, p *Pattern, err error) {
	if l.step(t, v, err); err == nil {
		l.entries = append(l.entries, p)
	}
}

func (l *life) close(t *rapid.T) {
	settled, resolved := true, false
	for _, p := range l.entries {
		settled = settled && p.Settled()
		resolved = resolved || p.Withdrawn == nil && p.Target.Resolved != nil
	}
	err := l.c.Close(l.entries, "all's well: # done", testStamp)
	if legal := l.status != CaseClosed && settled && resolved; (err == nil) != legal {
		t.Fatalf("close of a case that is %s: %v", l.status, err)
	}
	if err == nil {
		l.before, l.status = l.status, CaseClosed
	}
}

func (l *life) check(t *rapid.T) {
	if l.c.Status != l.status || l.c.Open() != (l.c.Closing == nil) {
		t.Fatalf("the case is %s, expected %s; closing %v", l.c.Status, l.status, l.c.Closing)
	}
	l.file(t, l.c)
	for _, p := range l.entries {
		l.file(t, p)
	}
}

// file writes a record or splices what was there, and judges the change as one by hand.
func (l *life) file(t *rapid.T, r Record) {
	src, written := l.files[r.Path()], string(Write(r))
	if written == l.written[r.Path()] {
		return
	}
	l.written[r.Path()] = written
	got := []byte(written)
	if src != nil {
		var err error
		if got, err = Splice(src, r); err != nil {
			t.Fatalf("%v\n%s\nto\n%s", err, src, written)
		}
	}
	again, ps := Read(r.Path(), got)
	if len(ps) > 0 || len(Diff(again, r)) > 0 {
		t.Fatalf("%v\n%s", ps, got)
	}
	if before := l.read[r.Path()]; before != nil {
		if ps := Judge(before, again); len(ps) > 0 {
			t.Fatalf("what a verb did is judged wrong: %v", ps)
		}
	}
	l.files[r.Path()], l.read[r.Path()] = got, again
}
