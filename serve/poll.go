package serve

import (
	"bytes"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// How a mitigator that polls again and again is answered:
//
//  1. net/http reads and routes the first request of a connection, like any other. If it is
//     a plain poll (plain.go) that a token opened, the connection is taken from net/http and
//     becomes a regular's.
//  2. A regular's next poll is answered by the code that answers the first, without the
//     reading, routing and writing around it that cost ten times as much. While the regular
//     asks with the same bytes and nothing else is published, even the answer is the same,
//     but for its number and its date (prepared.go).
//  3. Whatever else it sends, and whatever is not answered 200 or 304, is net/http's: the
//     connection goes back there with all that was read of it (readmitted.go).

const (
	idleTime  = 2 * time.Minute  // from one request of a connection to the next
	headTime  = 10 * time.Second // for the head of a request, from its first byte
	headSize  = 1024             // of a regular's
	beginning = 4                // bytes without which net/http answers nothing
	leeway    = time.Second      // limits may be that late: to set them anew costs half a request
)

// errNotPlain says that net/http is to go on.
var errNotPlain = errors.New("not a plain poll")

// regulars are those who poll again and again.
type regulars struct {
	api   *api
	back  *readmitted
	pages sync.Pool // of *bytes.Buffer
	idle  time.Duration
	head  time.Duration

	closing atomic.Bool // set with mu locked
	present sync.WaitGroup
	mu      sync.Mutex
	all     map[*regular]struct{}
}

// regular is a connection of one of them.
type regular struct {
	*regulars
	conn net.Conn
	tls  *tls.ConnectionState
	in   []byte // what was read, and room for more
	have int
	id   []byte // of the request
	said *prepared

	begun     bool      // a head that is not all there
	listening time.Time // when the limit for reading was set
	talking   time.Time // when that for writing was
}

func newRegulars(a *api) *regulars {
	return &regulars{
		api: a, back: newReadmitted(), idle: idleTime, head: headTime, all: map[*regular]struct{}{},
		pages: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

// adopt answers a plain poll and keeps its connection; it is false where net/http is to
// answer.
func (rs *regulars) adopt(c call) bool {
	r := c.Request()
	if rs == nil || !isPlain(r) {
		return false
	}
	said := prepare(r, c.published, c.by)
	if said == nil {
		return false
	}
	conn, rest, err := hijack(c.w)
	if err != nil { // not a connection of its own
		return false
	}
	c.Response().Committed = true
	g := &regular{regulars: rs, conn: conn, tls: r.TLS, id: []byte(idOf(c.w)), said: said}
	g.in = make([]byte, max(headSize, len(rest)))
	g.have = copy(g.in, rest)
	rs.enter(g)
	go g.run()
	return true
}

func (rs *regulars) enter(g *regular) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.present.Add(1)
	rs.all[g] = struct{}{}
}

// close lets all go that have asked nothing, and the others after their answer.
func (rs *regulars) close() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.closing.Store(true)
	for g := range rs.all {
		_ = g.conn.SetReadDeadline(time.Now())
	}
}

// settle waits until all are gone; whoever is not when ctx ends is cut.
func (rs *regulars) settle(ctx context.Context) {
	if settled(ctx, &rs.present) {
		return
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for g := range rs.all {
		_ = g.conn.Close()
	}
}

// settled waits for all of them, or until ctx ends.
func settled(ctx context.Context, all *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

func (g *regular) run() {
	err := g.serve()
	g.mu.Lock()
	delete(g.all, g)
	g.mu.Unlock()
	if errors.Is(err, errNotPlain) {
		g.back.admit(g.conn, g.in[:g.have])
	} else {
		_ = g.conn.Close()
	}
	g.present.Done()
}

// serve answers for as long as it can.
func (g *regular) serve() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &panicked{cause, string(debug.Stack())}
			g.api.log.Error("cannot answer", "request", string(g.id), "error", err)
		}
	}()
	for err = g.tell(); err == nil; err = g.tell() {
		size, err := g.hear()
		if err != nil {
			return err
		}
		if err := g.understand(g.in[:size]); err != nil {
			return err
		}
		g.id = g.api.requests.next(g.id[:0])
		g.have = copy(g.in, g.in[size:g.have])
	}
	return err
}

// hear reads until there is the head of a request, and tells its size.
func (g *regular) hear() (size int, err error) {
	for {
		if end := bytes.Index(g.in[:g.have], emptyLine); end >= 0 {
			g.begun = false
			return end + len(emptyLine), nil
		}
		if g.have == len(g.in) || g.have >= beginning && hasBareLines(g.in[:g.have]) {
			return 0, errNotPlain
		}
		if err := g.limitHearing(time.Now()); err != nil {
			return 0, err
		}
		n, err := g.conn.Read(g.in[g.have:])
		g.have += n
		if n == 0 && errors.Is(err, io.EOF) && g.have >= beginning {
			return 0, errNotPlain // half a head has an answer, too
		}
		if n == 0 && err != nil {
			return 0, err
		}
	}
}

// limitHearing sets the time that the client has for its next request, or for the rest of
// one. After close it is too late for that.
func (g *regular) limitHearing(now time.Time) error {
	switch {
	case g.have > 0 && !g.begun:
		g.begun, g.listening = true, time.Time{}
		_ = g.conn.SetReadDeadline(now.Add(g.head))
	case g.have == 0 && now.Sub(g.listening) > leeway:
		g.listening = now
		_ = g.conn.SetReadDeadline(now.Add(g.idle))
	}
	if g.closing.Load() {
		return net.ErrClosed
	}
	return nil
}

// understand finds the answer to a head. That a head is the last one again takes the same
// time to find out for every head, as there is a token in it.
func (g *regular) understand(head []byte) error {
	p, now := g.api.current.Load(), g.api.now()
	if p != g.said.published || subtle.ConstantTimeCompare(head, g.said.asked) != 1 {
		asked := readPlain(head)
		if asked == nil {
			return errNotPlain
		}
		asked.TLS = g.tls
		by := p.authenticate(asked, now)
		if by == nil {
			return errNotPlain
		}
		said := prepare(asked, p, by)
		if said == nil {
			return errNotPlain
		}
		g.said = said
		said.asked = bytes.Clone(head)
	}
	by := g.said.by
	if by.isOver(now) || by.seen.pace.late(now, g.api.rate) > 0 {
		return errNotPlain
	}
	by.seen.Store(now.Unix())
	return nil
}

// tell writes the answer.
func (g *regular) tell() error {
	now := time.Now()
	if now.Sub(g.talking) > leeway {
		g.talking = now
		_ = g.conn.SetWriteDeadline(now.Add(answerTime + leeway))
	}
	g.api.metrics.polled(g.said.status)
	more := ""
	if g.closing.Load() {
		more = ended
	}
	head := g.said.head(now, g.id, more)
	body := g.said.body
	if len(body) == 0 {
		_, err := g.conn.Write(head)
		return err
	}
	page := g.pages.Get().(*bytes.Buffer)
	defer g.pages.Put(page)
	page.Reset()
	page.Write(head)
	return sendWith(g.conn, page, body)
}

// hijack takes a connection from net/http, and what was read of it already.
func hijack(w http.ResponseWriter) (net.Conn, []byte, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	rest, err := buffered.Peek(buffered.Reader.Buffered())
	return original(conn), rest, err
}
