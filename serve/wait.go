package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How a poll waits (Prefer: wait=N, RFC 7240):
//
//  1. Its client has the current list: the connection is taken from net/http, whose two
//     goroutines and buffers for each would cost ten times the memory, and comes into the
//     room.
//  2. It is answered when something else would be said to it (its list changed, its token
//     no longer opens one), when its time is up, when the server stops, and when its
//     client hangs up or sends more.
//  3. The answer is made by the code that answers at once, and the connection closed.

const (
	longestWait = 300 * time.Second
	crowd       = 20000                  // waiting at most; who comes then is answered at once
	rounds      = 250 * time.Millisecond // between looks at the time
	listening   = 16                     // rounds from one look at a connection to the next
	atOnce      = 16                     // answers being written
	patience    = 100 * time.Millisecond // after which one no longer keeps others waiting
)

// room is where polls wait.
type room struct {
	current *atomic.Pointer[published]
	now     func() time.Time
	metrics *metrics
	most    int            // crowd, or fewer: others need connections, too
	sending sync.WaitGroup // counts answers

	mu      sync.Mutex
	waiting map[*waiter]struct{}
	closed  bool
}

// waiter is a poll in the room, and what is needed to answer it.
type waiter struct {
	conn    net.Conn
	asked   *http.Request // only what decides the answer
	id      []byte        // of the request
	wish    time.Duration // as it is granted
	by      *visitor      // as what is published now knows it; nil is a stranger
	etag    string        // what the client has
	until   time.Time
	ordinal int
}

func newRoom(current *atomic.Pointer[published], now func() time.Time, m *metrics) *room {
	return &room{current: current, now: now, metrics: m, most: int(min(crowd, descriptors()/4*3)), waiting: map[*waiter]struct{}{}}
}

// preferredWait is how long a client wants to wait, 0 if it does not. Of several wishes
// the first counts.
func preferredWait(fields []string) time.Duration {
	for _, field := range fields {
		for preference := range strings.SplitSeq(field, ",") {
			preference, _, _ = strings.Cut(preference, ";")
			name, value, _ := strings.Cut(preference, "=")
			if !strings.EqualFold(strings.TrimSpace(name), "wait") {
				continue
			}
			seconds, err := strconv.ParseUint(strings.Trim(value, " \t\""), 10, 31)
			if err != nil && !errors.Is(err, strconv.ErrRange) { // beyond the range, it is the range's end
				return 0
			}
			return min(time.Duration(seconds)*time.Second, longestWait)
		}
	}
	return 0
}

// granted is the Preference-Applied of a wish.
func granted(wait time.Duration) string { return "wait=" + strconv.Itoa(int(wait/time.Second)) }

// hold takes a poll in; it is false where the poll is to be answered at once.
func (m *room) hold(c call) bool {
	r, h := c.Request(), c.w.Header()
	wait := preferredWait(r.Header["Prefer"])
	if wait == 0 || r.Method != http.MethodGet || !m.open() {
		return false
	}
	h["Preference-Applied"] = []string{granted(wait)}
	has := c.by.of.list.choose(r)
	if !has.isKnown(r) || !has.isWanted(r) {
		return false
	}
	conn, rest, err := hijack(c.w)
	if err != nil { // not a connection of its own
		h.Del("Preference-Applied")
		return false
	}
	c.Response().Committed = true
	w := &waiter{conn: conn, asked: gist(r), by: c.by, id: []byte(idOf(c.w)), wish: wait, etag: has.etag}
	if len(rest) == 0 { // else it has sent more already
		w.until = time.Now().Add(wait)
	}
	m.metrics.waits.Inc()
	m.add(w, c.published)
	return true
}

// gist keeps of a request what decides the answer, and lets go of net/http's buffers.
func gist(r *http.Request) *http.Request {
	small := &http.Request{Method: r.Method, Header: http.Header{}, TLS: r.TLS}
	for _, name := range []string{"Authorization", "Accept-Encoding", "If-Match", "If-None-Match"} {
		if values := r.Header[name]; values != nil {
			small.Header[name] = values
		}
	}
	return small
}

func (m *room) open() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.closed && len(m.waiting) < m.most
}

// add lets a waiter in that was admitted when p was published. Of what was published since,
// those were told who were in the room then.
func (m *room) add(w *waiter, p *published) {
	m.mu.Lock()
	w.ordinal = len(m.waiting)
	m.waiting[w] = struct{}{}
	late := m.closed || m.current.Load() != p
	m.mu.Unlock()
	if late {
		m.turn()
	}
}

// count is how many wait.
func (m *room) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}

// turn answers those to whom what is published now says something new.
func (m *room) turn() {
	now := m.now()
	m.release(func(w *waiter, p *published) bool { return w.news(p, now) })
}

// close answers all, and lets nobody in again.
func (m *room) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.turn()
}

// settle waits until all answers are written, or ctx ends.
func (m *room) settle(ctx context.Context) {
	settled(ctx, &m.sending)
}

// keepTime answers those whose time is up and those who do not wait any more.
func (m *room) keepTime(ctx context.Context) {
	tick := time.NewTicker(rounds)
	defer tick.Stop()
	for round := 0; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		m.release(func(w *waiter, _ *published) bool {
			return !now.Before(w.until) || w.ordinal%listening == round%listening && stirred(w.conn)
		})
	}
}

func (m *room) release(due func(*waiter, *published) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.current.Load()
	var free []*waiter
	for w := range m.waiting {
		if m.closed || due(w, p) {
			delete(m.waiting, w)
			free = append(free, w)
		}
	}
	if len(free) > 0 {
		m.sending.Add(len(free))
		m.answer(free, p)
	}
}

// answer writes a batch, a few answers at a time.
func (m *room) answer(free []*waiter, p *published) {
	next := make(chan *waiter, len(free))
	for _, w := range free {
		next <- w
	}
	close(next)
	for range min(len(free), atOnce) {
		go m.work(next, p)
	}
}

// work answers until none is left, or until another took its place because a client took
// nothing for too long. Connections are closed once all have been told: that costs a third
// of the time.
func (m *room) work(next <-chan *waiter, p *published) {
	var told []*waiter
	say := statement{p: p, alike: map[likeness]*prepared{}}
	var slow atomic.Pointer[waiter]
	relief := time.AfterFunc(longestWait, func() {
		_ = slow.Load().conn.SetWriteDeadline(time.Now().Add(answerTime))
		m.work(next, p)
	})
	defer relief.Stop()
	for w := range next {
		slow.Store(w)
		relief.Reset(patience)
		m.metrics.polled(say.to(w))
		told = append(told, w)
		if !relief.Stop() {
			break
		}
	}
	for _, w := range told {
		w.close()
		m.sending.Done()
	}
}

// news reports whether p has another answer for the waiter than "you have it".
func (w *waiter) news(p *published, now time.Time) bool {
	w.by = p.authenticate(w.asked, now)
	return w.by == nil || w.by.of.list.choose(w.asked).etag != w.etag
}

func (w *waiter) close() {
	if stirred(w.conn) {
		linger(w.conn)
	}
	_ = w.conn.Close()
}
