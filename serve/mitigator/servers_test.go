package mitigator

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

// answering is a server that answers everything with one status.
func answering(t *testing.T, status int, header ...string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAnotherServerIsTurnedTo(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, first := range map[string]string{
		"that is not there":             gone.URL,
		"that has nothing published":    answering(t, 503).URL,
		"that is broken":                answering(t, 500).URL,
		"that does not know the token":  answering(t, 401).URL,
		"that does not know the route":  answering(t, 404).URL,
		"that has something else there": answering(t, 200).URL,
	} {
		t.Run("from one "+name, func(t *testing.T) {
			p := newPortal(t)
			p.custom(1, "a", "the bytes")
			c := p.config(t, commandIn(t, t.TempDir(), "", 0))
			c.Servers = []string{first, p.URL}
			if r := once(t, c); !slices.Equal(r.Applied, []casefile.PatternID{1}) || r.Receipts != 2 {
				t.Errorf("%+v: want all done at the second server", r)
			}
			if r := once(t, c); !r.Polled || r.Changed {
				t.Errorf("%+v: want nothing new", r)
			}
		})
	}
}

func TestWhatIsDamagedOnOneServerIsTakenFromAnother(t *testing.T) {
	damaged, sound := newPortal(t), newPortal(t)
	e := damaged.custom(1, "a", "the bytes")
	sound.custom(1, "a", "the bytes")
	damaged.bytes[e.File.URL] = "the wytes"
	c := damaged.config(t, commandIn(t, t.TempDir(), "", 0))
	c.Servers = []string{damaged.URL, sound.URL}
	if r := once(t, c); !slices.Equal(r.Applied, []casefile.PatternID{1}) || len(damaged.ranges) != 1 || len(sound.ranges) != 1 {
		t.Errorf("%+v, with %d and %d downloads", r, len(damaged.ranges), len(sound.ranges))
	}
}

func TestTheServerThatAnswersIsKeptForAWhile(t *testing.T) {
	p := newPortal(t)
	asked := 0
	down := true
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if down {
			w.WriteHeader(503)
			return
		}
		p.Config.Handler.ServeHTTP(w, r)
	}))
	defer first.Close()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	c := p.config(t, "")
	c.Servers, c.Now = []string{first.URL, p.URL}, func() time.Time { return now }
	m, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	for i, step := range []struct {
		later time.Duration
		up    bool
		asked int // of the first server, so far
	}{
		{0, false, 1},
		{time.Minute, true, 1},
		{8 * time.Minute, true, 1},
		{2 * time.Minute, false, 2},  // time to try it again; still down
		{time.Minute, false, 2},      // and so left alone again
		{10 * time.Minute, true, 3},  // back
		{time.Second, true, 4},       // to stay
		{20 * time.Minute, false, 5}, // gone again
		{time.Second, true, 5},
	} {
		now, down = now.Add(step.later), !step.up
		if err := m.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		if asked != step.asked {
			t.Fatalf("step %d: the first server was asked %d times, want %d", i+1, asked, step.asked)
		}
	}
}

func TestWhatSeveralServersSayTogether(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	foreign, broken := answering(t, 401), answering(t, 500)
	for _, c := range []struct {
		name    string
		servers []string
		final   bool
	}{
		{"all refuse the token", []string{foreign.URL, foreign.URL}, true},
		{"one refuses it and one is gone", []string{foreign.URL, gone.URL}, false},
		{"one is broken and one refuses it", []string{broken.URL, foreign.URL}, false},
	} {
		_, err := Once(t.Context(), Config{Servers: c.servers, Token: token, Dir: t.TempDir()})
		if err == nil || errors.Is(err, ErrUnauthorized) != c.final || !strings.Contains(err.Error(), "401") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAReceiptThatOneServerDoesNotKnowYetIsNotDropped(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	p.refuse = 404
	c := p.config(t, "")
	c.Servers = append(c.Servers, answering(t, 503).URL)
	if r, err := Once(t.Context(), c); err == nil || r.Receipts != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	p.set(func() { p.refuse = 0 })
	if r := once(t, c); r.Receipts != 1 || len(p.receipts) != 1 {
		t.Errorf("%+v, receipts %q", r, p.receipts)
	}
}

func TestWhoIsToldToSlowDownStopsAsking(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	p.custom(2, "b", "other bytes")
	slow := answering(t, 429, "Retry-After", "60")
	c := p.config(t, "")
	c.Servers = []string{slow.URL, p.URL}
	_, err := Once(t.Context(), c)
	if retryAfter(err) != time.Minute || len(p.polls) != 0 {
		t.Errorf("%v after %d polls at the next server", err, len(p.polls))
	}
}

func TestServersThatAreNone(t *testing.T) {
	for _, servers := range [][]string{nil, {""}, {"tm.example"}, {"ftp://tm.example"}, {"https://"}, {"http://ok.example", "/v1"}} {
		if _, err := Once(t.Context(), Config{Servers: servers, Dir: t.TempDir()}); err == nil {
			t.Errorf("%q is taken", servers)
		}
	}
}

func TestAServerBehindAPathIsAskedThere(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	proxy := httptest.NewServer(http.StripPrefix("/casebook", p.Config.Handler))
	defer proxy.Close()
	c := p.config(t, "")
	c.Servers = []string{proxy.URL + "/casebook"}
	if r := once(t, c); len(r.Downloaded) != 1 || r.Receipts != 1 {
		t.Errorf("%+v", r)
	}
}
