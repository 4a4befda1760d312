package mitigator

import (
	"errors"
	"slices"
	"testing"
	"time"

	"casebook/casefile"
)

func TestAnOlderListIsRefused(t *testing.T) {
	p := newPortal(t)
	p.list.Latest = 2
	p.custom(1, "a", "the bytes")
	p.custom(2, "b", "other bytes")
	c := p.config(t, commandIn(t, t.TempDir(), "", 0))
	once(t, c)
	back := newPortal(t)
	back.list.Latest = 1
	older := back.custom(1, "a", "the bytes")

	c.Servers = []string{back.URL}
	if r, err := Once(t.Context(), c); !errors.Is(err, ErrRollback) || r.Polled {
		t.Errorf("%+v %v", r, err)
	}
	c.Servers = []string{back.URL, p.URL}
	if r := once(t, c); !r.Polled || r.Changed {
		t.Errorf("with a server that is not behind: %+v", r)
	}

	c.Servers, c.AllowRollback = []string{back.URL}, true
	if r := once(t, c); !r.Changed || len(r.Applied) != 0 {
		t.Errorf("as allowed: %+v", r)
	}
	c.AllowRollback = false
	once(t, c) // what was allowed is what is seen now
	back.list.Patterns = []entry{older}
	back.list.Latest = 2
	back.custom(2, "c", "bytes of another pattern that got the number 2")
	if r := once(t, c); !slices.Equal(r.Applied, []casefile.PatternID{2}) {
		t.Errorf("the new pattern 2 was not applied: %+v", r)
	}
}

func TestPollsAskToBeHeld(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	c := p.config(t, "")
	c.Wait = 55 * time.Second
	m, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	p.holds = true
	for range 2 {
		if err := m.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(p.prefers, []string{"wait=55", "wait=55"}) || !m.polled.held || m.polled.changed {
		t.Errorf("Prefer %q, %+v", p.prefers, m.polled)
	}
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	p.prefers = nil
	if once(t, c); !slices.Equal(p.prefers, []string{""}) {
		t.Errorf("a single pass asks to be held: %q", p.prefers)
	}
}
