package serve

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

func TestHowLongAClientWantsToWait(t *testing.T) {
	for name, c := range map[string]struct {
		fields []string
		want   time.Duration
	}{
		"not at all":             {nil, 0},
		"a while":                {[]string{"wait=55"}, 55 * time.Second},
		"no time":                {[]string{"wait=0"}, 0},
		"longer than we let":     {[]string{"wait=86400"}, longestWait},
		"longer than anything":   {[]string{"wait=99999999999999999999"}, longestWait},
		"among other wishes":     {[]string{"respond-async, wait=10; x=y", "handling=lenient"}, 10 * time.Second},
		"in a second field":      {[]string{"respond-async", "wait=10"}, 10 * time.Second},
		"twice: the first":       {[]string{"wait=5, wait=10"}, 5 * time.Second},
		"in capitals and quoted": {[]string{`WAIT = "7"`}, 7 * time.Second},
		"without a number":       {[]string{"wait"}, 0},
		"less than nothing":      {[]string{"wait=-5"}, 0},
		"another word":           {[]string{"waiting=5"}, 0},
	} {
		if got := preferredWait(c.fields); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// wire is a connection on which a poll may wait.
type wire struct {
	testing.TB
	net.Conn
	in *bufio.Reader
}

func dial(t testing.TB, server string) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &wire{t, conn, bufio.NewReader(conn)}
}

// ask sends a poll.
func (w *wire) ask(method, token, etag string, headers ...string) *wire {
	w.Helper()
	_, err := fmt.Fprintf(w, "%s /v1/patterns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIf-None-Match: %s\r\n%s\r\n",
		method, token, etag, strings.Join(append(headers, ""), "\r\n"))
	if err != nil {
		w.Fatal(err)
	}
	return w
}

// answered is the answer, which has to come within a time far above what it takes.
func (w *wire) answered(status int) *http.Response {
	w.Helper()
	_ = w.SetReadDeadline(time.Now().Add(15 * time.Second))
	r, err := http.ReadResponse(w.in, nil)
	if err != nil {
		w.Fatal(err)
	}
	if r.StatusCode != status {
		w.Errorf("%s, want %d", r.Status, status)
	}
	return r
}

// quiet checks that nothing is answered for a while.
func (w *wire) quiet() {
	w.Helper()
	_ = w.SetReadDeadline(time.Now().Add(2 * rounds))
	if _, err := w.in.Peek(1); err == nil {
		w.Error("it is answered")
	}
}

// waitingRoom is a server of two customers, with a way to see who waits.
func waitingRoom(t testing.TB) (*book, running, *publisher) {
	b := newBook(t)
	s := b.serve()
	return b, s.run(Config{}), s.publisher
}

// run gives a service listeners, and watching.
func (s *service) run(c Config) running {
	s.Helper()
	c.Listen, c.Console = "127.0.0.1:0", "127.0.0.1:0"
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.Context()))
	up, ended := make(chan running, 1), make(chan error, 1)
	go func() {
		ended <- c.filled().run(ctx, s.publisher, s.recorder, func(listen, console net.Addr) {
			up <- running{listen: "http://" + listen.String(), console: "http://" + console.String()}
		})
	}()
	r := <-up
	r.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	s.Cleanup(func() { _ = r.stop() })
	return r
}

func held(t testing.TB, p *publisher, n int) {
	t.Helper()
	until(t, fmt.Sprintf("%d wait", n), func() bool { return p.room.count() == n })
}

func tagOf(p *publisher, a casefile.Account) string {
	return p.current.Load().customers[a].list.plain.etag
}

func TestAPollWaitsForItsOwnListOnly(t *testing.T) {
	b, s, p := waitingRoom(t)
	mine := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60")
	packed := dial(t, s.listen).ask("GET", secondToken, tagOf(p, "acme"), "Prefer: wait=60", "Accept-Encoding: gzip")
	other := dial(t, s.listen).ask("GET", zenithToken, tagOf(p, "zenith"), "Prefer: wait=60")
	held(t, p, 3)
	b.specify(b.receive("acme", "ws-017"), casefile.SmartScan)
	for _, w := range []*wire{mine, packed} {
		r := w.answered(200)
		if body := bodyOf(r); !strings.Contains(body, "smart-scan") && r.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("the list is %s", body)
		}
		for name, want := range map[string]string{
			"Preference-Applied": "wait=60", "Casebook-Commit": p.current.Load().commit, "Content-Type": "application/json",
			"Connection": "", "Vary": "Accept-Encoding",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if !r.Close {
			t.Error("the connection stays, and nobody is behind it")
		}
	}
	other.quiet()
	held(t, p, 1)
	b.specify(b.receive("zenith", "pc-1"), casefile.SmartScan)
	other.answered(200)
}

func TestAPollThatMustNotWait(t *testing.T) {
	_, s, p := waitingRoom(t)
	tag := tagOf(p, "acme")
	for name, c := range map[string]struct {
		method, token, tag, prefer, applied string
		status                              int
	}{
		"no wish":                   {"GET", acmeToken, tag, "respond-async", "", 304},
		"no time":                   {"GET", acmeToken, tag, "wait=0", "", 304},
		"another list is known":     {"GET", acmeToken, `"x"`, "wait=60", "wait=60", 200},
		"the head alone":            {"HEAD", acmeToken, tag, "wait=60", "", 304},
		"a stranger":                {"GET", "x", tag, "wait=60", "", 401},
		"the list of someone else":  {"GET", zenithToken, tag, "wait=60", "wait=60", 200},
		"more than is let, at once": {"GET", acmeToken, `"x"`, "wait=99999999999999999999", "wait=300", 200},
		"only of another version":   {"GET", acmeToken, tag + "\r\nIf-Match: \"x\"", "wait=60", "wait=60", 412},
	} {
		t.Run(name, func(t *testing.T) {
			w := dial(t, s.listen)
			w.TB = t
			r := w.ask(c.method, c.token, c.tag, "Prefer: "+c.prefer).answered(c.status)
			if got := r.Header.Get("Preference-Applied"); got != c.applied {
				t.Errorf("Preference-Applied: %q, want %q", got, c.applied)
			}
		})
	}
	if p.room.count() != 0 {
		t.Errorf("%d wait", p.room.count())
	}
}

func TestWhoComesIntoAFullRoomIsAnsweredAtOnce(t *testing.T) {
	_, s, p := waitingRoom(t)
	p.room.most = 1
	waits := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60")
	held(t, p, 1)
	r := dial(t, s.listen).ask("GET", secondToken, tagOf(p, "acme"), "Prefer: wait=60").answered(304)
	if got := r.Header.Get("Preference-Applied"); got != "" {
		t.Errorf("Preference-Applied: %q", got)
	}
	waits.quiet()
}

func TestAWaitEndsWithItsTime(t *testing.T) {
	_, s, p := waitingRoom(t)
	begun := time.Now()
	w := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=1")
	r := w.answered(304)
	if took := time.Since(begun); took < time.Second || took > 10*time.Second {
		t.Errorf("it waited %v", took)
	}
	if r.Header.Get("Etag") != tagOf(p, "acme") || r.Header.Get("Preference-Applied") != "wait=1" || r.Header.Get("Content-Length") != "" {
		t.Errorf("headers %v", r.Header)
	}
}

func TestAWaitEndsWithTheToken(t *testing.T) {
	b, s, p := waitingRoom(t)
	w := dial(t, s.listen).ask("GET", secondToken, tagOf(p, "acme"), "Prefer: wait=60")
	stays := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60")
	held(t, p, 2)
	b.change("", func(tx *repo.Tx) error {
		m := &casefile.Mitigator{Account: "acme", Name: "tm-02"}
		if err := tx.Get(m); err != nil {
			return err
		}
		m.Revoked = today
		return tx.Put(m)
	})
	isProblem(t, w.answered(401), 401, "unauthorized")
	stays.quiet()
}

func TestAWaitEndsWithTheServer(t *testing.T) {
	_, s, p := waitingRoom(t)
	var all []*wire
	for range 100 {
		all = append(all, dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60"))
	}
	held(t, p, len(all))
	begun := time.Now()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the server took %v to stop", took)
	}
	for _, w := range all {
		w.answered(304)
	}
}

func TestAClientThatHangsUpIsForgotten(t *testing.T) {
	_, s, p := waitingRoom(t)
	gone := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60")
	stays := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60")
	held(t, p, 2)
	gone.Close()
	held(t, p, 1)
	stays.quiet()
}

// A client that sends its next request before it has an answer gets that answer, and a
// connection that ends, which tells it that the next was not read.
func TestAClientThatDoesNotWaitIsAnswered(t *testing.T) {
	_, s, p := waitingRoom(t)
	tag := tagOf(p, "acme")
	both := fmt.Sprintf("GET /v1/patterns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIf-None-Match: %s\r\nPrefer: wait=60\r\n\r\n", acmeToken, tag)
	w := dial(t, s.listen)
	fmt.Fprint(w, both+both)
	later := dial(t, s.listen).ask("GET", acmeToken, tag, "Prefer: wait=60")
	held(t, p, 1)
	fmt.Fprint(later, both)
	for _, w := range []*wire{w, later} {
		if r := w.answered(304); !r.Close {
			t.Error("the connection stays")
		}
	}
}

// One who takes nothing of a big list keeps his own connection, and nobody else's answer.
func TestAClientThatTakesNothingHoldsUpNobody(t *testing.T) {
	_, s, p := waitingRoom(t)
	for range 8 * atOnce {
		w := dial(t, s.listen)
		_ = w.Conn.(*net.TCPConn).SetReadBuffer(1)
		w.ask("GET", acmeToken, tagOf(p, "acme"), "Prefer: wait=60")
	}
	good := dial(t, s.listen).ask("GET", zenithToken, tagOf(p, "zenith"), "Prefer: wait=60")
	held(t, p, 8*atOnce+1)
	p.current.Store(everyList(p.current.Load(), strings.Repeat("long words ", 1<<20)))
	p.room.turn()
	begun := time.Now()
	r := good.answered(200)
	if n := len(bodyOf(r)); n < 1_000_000 {
		t.Errorf("%d bytes", n)
	}
	if took := time.Since(begun); took > answerTime/2 {
		t.Errorf("it took %v", took)
	}
}

// everyList is what is published, with one list for all.
func everyList(p *published, body string) *published {
	next := *p
	next.tokens, next.names = map[sum]*visitor{}, map[string]*visitor{}
	for token, v := range p.tokens {
		of, by := *v.of, *v
		of.list = &document{plain: newVariant([]byte(body), `"long"`), gzip: newVariant([]byte(body), `"packed"`)}
		by.of = &of
		next.tokens[token] = &by
		next.names[fmt.Sprintf("%s/%s", of.account, by.name)] = &by
	}
	return &next
}
