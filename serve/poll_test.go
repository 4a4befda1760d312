package serve

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// bothWays is one server at two addresses: it knows regulars at one of them only.
type bothWays struct {
	*service
	polls        *api
	known, plain string
}

func newBothWays(t testing.TB) *bothWays {
	s, _, _ := procedure(t)
	both := &bothWays{service: s}
	s.requests.last.Store(1 << 40) // so that all IDs have the same length
	both.polls = both.newAPI()
	both.polls.regulars = newRegulars(both.polls)
	both.known, both.plain = both.open(both.polls), both.open(both.newAPI())
	return both
}

func (b *bothWays) newAPI() *api {
	return &api{publisher: b.publisher, recorder: b.recorder, forensics: &forensics{publisher: b.publisher, limit: 1 << 20}}
}

func (b *bothWays) open(a *api) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := Config{}.filled().server(a.routes())
	go server.Serve(l)
	b.Cleanup(func() { server.Close() })
	if a.regulars != nil {
		go server.Serve(a.regulars.back)
	}
	return l.Addr().String()
}

func (b *bothWays) regulars() int {
	b.polls.regulars.mu.Lock()
	defer b.polls.regulars.mu.Unlock()
	return len(b.polls.regulars.all)
}

// become is a regular: it has polled once.
func (b *bothWays) become(t testing.TB) *wire {
	t.Helper()
	w := dial(t, b.known).ask("GET", acmeToken, tagOf(b.publisher, "acme"))
	w.answered(304)
	if b.regulars() == 0 {
		t.Fatal("it is no regular")
	}
	return w
}

// Each answer has its own date and number.
var itsOwn = regexp.MustCompile(`(?m)^(Date|X-Request-Id): .*$|urn:casebook:request:[-\w]+`)

// exchange polls, sends the parts, and is all that is answered until the connection ends.
func (b *bothWays) exchange(t testing.TB, server string, parts ...string) string {
	t.Helper()
	w := dial(t, server).ask("GET", acmeToken, tagOf(b.publisher, "acme"))
	_ = w.SetReadDeadline(time.Now().Add(15 * time.Second))
	first, err := http.ReadResponse(w.in, nil) // else the parts may come before net/http is left
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		_, _ = io.WriteString(w, part) // it may be cut already
	}
	_ = w.Conn.(*net.TCPConn).CloseWrite()
	rest, err := io.ReadAll(w.in)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it is not ended")
	}
	return itsOwn.ReplaceAllString(fmt.Sprintf("%s%v\n%s", first.Status, first.Header["Etag"], rest), "$1: its own")
}

func head(line string, fields ...string) string {
	return line + "\r\nHost: x\r\n" + strings.Join(append(fields, "", ""), "\r\n")
}

func TestARegularIsAnsweredAsAnyoneElse(t *testing.T) {
	b := newBothWays(t)
	const get = "GET /v1/patterns HTTP/1.1"
	token := "Authorization: Bearer " + acmeToken
	tag := "If-None-Match: " + tagOf(b.publisher, "acme")
	file := "/v1/files/" + string(digestOf("the bytes of the pattern"))
	bodyOf(b.send("GET", file, acmeToken, "")) // the first time it is hashed, and not for a client that ends its side meanwhile
	poll := head(get, token, tag)
	for name, parts := range map[string][]string{
		"the same again":              {poll, poll, poll},
		"another list known":          {head(get, token, `If-None-Match: "x"`), poll},
		"nothing known":               {head(get, token), head(get, token)},
		"any list known":              {head(get, token, "If-None-Match: *")},
		"known among others, weakly":  {head(get, token, `If-None-Match: "x", W/`+tagOf(b.publisher, "acme"))},
		"known in a second field":     {head(get, token, `If-None-Match: "x"`, tag)},
		"a list that must be another": {head(get, token, `If-Match: "x"`), poll},
		"gzip":                        {head(get, token, "Accept-Encoding: gzip"), head(get, token, "Accept-Encoding: gzip;q=0")},
		"the head":                    {head("HEAD /v1/patterns HTTP/1.1", token)},
		"another customer":            {head(get, "Authorization: Bearer "+zenithToken), head(get, "Authorization: Bearer "+zenithToken)},
		"another scheme":              {head(get, "authorization: bEARER   "+acmeToken), head(get, "Authorization: Basic dG0tMDE6YWNtZS10bS0wMS10b2tlbg==")},
		"a revoked token":             {head(get, "Authorization: Bearer "+oldToken), poll},
		"no token":                    {head(get), poll},
		"two tokens":                  {head(get, token, token)},
		"what proxies add":            {head(get, token, "X-Forwarded-For: 192.0.2.1", "Via: 1.1 x", "Connection: keep-alive", "User-Agent: a (b; c)"), poll},
		"a last request":              {head(get, token, "Connection: close"), poll},
		"an entry":                    {head("GET /v1/patterns/1 HTTP/1.1", token), poll, poll},
		"a file":                      {head("GET "+file+" HTTP/1.1", token), poll},
		"a part of a file":            {head("GET "+file+" HTTP/1.1", token, "Range: bytes=4-8"), poll},
		"a query":                     {head("GET /v1/patterns?x=y HTTP/1.1", token), poll},
		"in full":                     {head("GET http://x/v1/patterns HTTP/1.1", token), poll},
		"HTTP/1.0":                    {head("GET /v1/patterns HTTP/1.0", token, "Connection: keep-alive"), poll},
		"no such version":             {head("GET /v1/patterns HTTP/3.1", token), poll},
		"another method":              {head("PUT /v1/patterns HTTP/1.1", token, "Content-Length: 2") + "{}", poll},
		"a body":                      {head(get, token, "Content-Length: 2") + "{}", poll},
		"chunks":                      {head(get, token, "Transfer-Encoding: chunked") + "0\r\n\r\n", poll},
		"both lengths":                {head(get, token, "Content-Length: 3", "Transfer-Encoding: chunked") + "0\r\n\r\n", poll},
		"an expectation":              {head(get, token, "Expect: 100-continue"), poll},
		"an unknown expectation":      {head(get, token, "Expect: x"), poll},
		"another protocol":            {head(get, token, "Connection: Upgrade", "Upgrade: websocket"), poll},
		"no wait":                     {head(get, token, tag, "Prefer: wait=0"), poll},
		"a wait for what is there":    {head(get, token, "Prefer: wait=60"), poll},
		"no host":                     {get + "\r\n" + token + "\r\n\r\n", poll},
		"two hosts":                   {head(get, token, "Host: y"), poll},
		"a bad host":                  {get + "\r\nHost: a/b\r\n" + token + "\r\n\r\n", poll},
		"a folded line":               {head(get, token, "X: a", " b"), poll},
		"bare line ends":              {strings.ReplaceAll(poll, "\r\n", "\n"), poll},
		"a bare line end":             {strings.Replace(poll, "\r\nAuth", "\nAuth", 1), poll},
		"no line end":                 {strings.Replace(poll, "\r\nAuth", "\rAuth", 1), poll},
		"a space before the colon":    {head(get, "Authorization : Bearer "+acmeToken), poll},
		"a control character":         {head(get, token, "X: a\x01b"), poll},
		"a tab":                       {head(get, token, "X:\ta\t"), poll},
		"another alphabet":            {head(get, token, "X: größe"), poll},
		"no colon":                    {head(get, token, "X"), poll},
		"no name":                     {head(get, token, ": x"), poll},
		"an empty line first":         {"\r\n" + poll, poll},
		"a method alone":              {head("GET", token), poll},
		"two spaces":                  {head("GET  /v1/patterns HTTP/1.1", token), poll},
		"half a head":                 {poll[:len(poll)-10]},
		"three bytes":                 {"GET"},
		"four bytes":                  {"GET "},
		"a line and a half":           {"GET /v1/pat"},
		"nothing of HTTP":             {"\x16\x03\x01\x02\x00\x01"},
		"all at once":                 {poll + poll + head("GET /v1/patterns/1 HTTP/1.1", token) + poll + poll},
		"a piece at a time":           {poll[:5], poll[5:50], poll[50:], poll[:len(poll)-2], poll[len(poll)-2:]},
		"a long head":                 {head(get, token, "X: "+strings.Repeat("x", 2000)), poll},
		// net/http counts 4 KiB less of a request that is not a connection's first.
		"too long a head": {head(get, token, "X: "+strings.Repeat("x", 13000)), poll},
		"no end of it":    {strings.Repeat("x", 13000)},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := b.exchange(t, b.known, parts...), b.exchange(t, b.plain, parts...)
			if got != want {
				t.Errorf("a regular is answered\n%q\nanyone else\n%q", got, want)
			}
		})
	}
}

// Whatever bytes a regular sends, it is answered as anyone else.
func FuzzRegular(f *testing.F) {
	token := "Authorization: Bearer " + acmeToken
	poll := head("GET /v1/patterns HTTP/1.1", token, "Accept-Encoding: gzip", `If-None-Match: "x"`, "Connection: keep-alive")
	f.Add(poll+poll, uint(20))
	f.Add(head("HEAD /v1/patterns HTTP/1.1", token, "If-Match: *")+poll, uint(0))
	f.Add(head("GET /v1/patterns/1 HTTP/1.1", token, "Range: bytes=0-1")+poll, uint(3))
	b := newBothWays(f)
	f.Fuzz(func(t *testing.T, said string, at uint) {
		if lower := strings.ToLower(said); strings.Contains(lower, "prefer") || strings.Contains(lower, "post") {
			t.Skip() // one takes its time, the other changes what is answered
		}
		at %= uint(len(said) + 1)
		got, want := b.exchange(t, b.known, said[:at], said[at:]), b.exchange(t, b.plain, said[:at], said[at:])
		if got != want {
			t.Errorf("a regular is answered\n%q\nanyone else\n%q", got, want)
		}
	})
}

// What a regular's head is read as, net/http reads it as, too.
func FuzzReadPlain(f *testing.F) {
	f.Add(strings.TrimSpace(head("GET /v1/patterns HTTP/1.1", "Authorization: Bearer x", `If-None-Match: "x"`, "Connection: keep-alive", "X: x")))
	f.Add("GET\r\nHost:0")
	f.Fuzz(func(t *testing.T, said string) {
		said += "\r\n\r\n" // what is read as a head ends so
		got := readPlain([]byte(said))
		if got == nil {
			return
		}
		want, err := http.ReadRequest(bufio.NewReader(strings.NewReader(said)))
		if err != nil {
			t.Fatalf("net/http does not read it: %v", err)
		}
		if got.Method != want.Method || got.Host != want.Host || got.RequestURI != want.RequestURI || got.Proto != want.Proto ||
			want.ContentLength != 0 || want.TransferEncoding != nil || want.Close || !reflect.DeepEqual(got.Header, want.Header) {
			t.Errorf("read as %+v, by net/http as %+v", got, want)
		}
	})
}

func TestARegularIsToldWhatIsNew(t *testing.T) {
	b := newBothWays(t)
	w := b.become(t)
	old := tagOf(b.publisher, "acme")
	b.specify(b.receive("acme", "ws-018"), casefile.SmartScan)
	b.look(t.Context())
	r := w.ask("GET", acmeToken, old).answered(200)
	if body := bodyOf(r); !strings.Contains(body, "ws-018") || r.Header.Get("Casebook-Commit") != b.current.Load().commit {
		t.Errorf("%v %s", r.Header, body)
	}
	if b.regulars() != 1 {
		t.Error("it is no regular any more")
	}
	b.change("", func(tx *repo.Tx) error {
		m := &casefile.Mitigator{Account: "acme", Name: "tm-01"}
		if err := tx.Get(m); err != nil {
			return err
		}
		m.Revoked = today
		return tx.Put(m)
	})
	b.look(t.Context())
	isProblem(t, w.ask("GET", acmeToken, old).answered(401), 401, "unauthorized")
}

func TestARegularsRequestsAreCountedAndNumbered(t *testing.T) {
	b := newBothWays(t)
	w := dial(t, b.known)
	ids := map[string]bool{}
	for range 3 {
		ids[w.ask("GET", acmeToken, tagOf(b.publisher, "acme")).answered(304).Header.Get(requestID)] = true
	}
	if len(ids) != 3 || ids[""] {
		t.Errorf("numbers %v", ids)
	}
	if got := b.metric(`casebook_polls_total{answer="unchanged"}`); got != "3" {
		t.Errorf("%s polls were counted", got)
	}
	seen := b.current.Load().names["acme/tm-01"].seen
	seen.Store(0)
	w.ask("GET", acmeToken, tagOf(b.publisher, "acme")).answered(304)
	if seen.Load() != today.Time().Unix() {
		t.Error("it was not heard")
	}
}

func TestARegularThatAsksTooFastIsToldWhenToComeAgain(t *testing.T) {
	b := newBothWays(t)
	b.polls.rate = 1
	w := dial(t, b.known)
	for range burst {
		w.ask("GET", acmeToken, tagOf(b.publisher, "acme")).answered(304)
	}
	r := w.ask("GET", acmeToken, tagOf(b.publisher, "acme")).answered(429)
	if r.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
	}
	isProblem(t, r, 429, "rate")
}

func TestARegularMayGoAndComeBack(t *testing.T) {
	b := newBothWays(t)
	w := b.become(t)
	for range 3 {
		fmt.Fprint(w, head("GET /v1/patterns/1 HTTP/1.1", "Authorization: Bearer "+acmeToken))
		if body := bodyOf(w.answered(200)); !strings.Contains(body, `"id":1`) {
			t.Error(body)
		}
		if b.regulars() != 0 {
			t.Error("it is still a regular")
		}
		w.ask("GET", acmeToken, tagOf(b.publisher, "acme")).answered(304)
		if b.regulars() != 1 {
			t.Error("it is no regular again")
		}
	}
}

func TestARegularThatIsSilentIsCut(t *testing.T) {
	for name, part := range map[string]string{"between requests": "", "in a head": "GET /v1/patterns HTTP/1.1\r\nHost: x\r\n"} {
		t.Run(name, func(t *testing.T) {
			b := newBothWays(t)
			rs := b.polls.regulars
			if rs.idle != 2*time.Minute || rs.head != 10*time.Second {
				t.Errorf("a regular may be silent for %v, and for %v in a head", rs.idle, rs.head)
			}
			rs.idle, rs.head = 300*time.Millisecond, 300*time.Millisecond
			if part != "" {
				rs.idle = time.Hour
			}
			w := b.become(t)
			fmt.Fprint(w, part)
			drip := time.AfterFunc(100*time.Millisecond, func() { fmt.Fprint(w, part) })
			defer drip.Stop()
			_ = w.SetReadDeadline(time.Now().Add(15 * time.Second))
			if n, err := io.Copy(io.Discard, w.in); err != nil || n > 0 {
				t.Errorf("not cut: %d bytes, %v", n, err)
			}
		})
	}
}

func TestRegularsGoWhenTheServerStops(t *testing.T) {
	_, s, p := waitingRoom(t)
	var all []*wire
	for range 20 {
		w := dial(t, s.listen).ask("GET", acmeToken, tagOf(p, "acme"))
		w.answered(304)
		all = append(all, w)
	}
	begun := time.Now()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the server took %v to stop", took)
	}
	for _, w := range all {
		if _, err := w.in.ReadByte(); err != io.EOF {
			t.Errorf("the connection stays: %v", err)
		}
	}
}

func TestARegularIsCutWhenAnsweringPanics(t *testing.T) {
	b := newBothWays(t)
	w := b.become(t)
	broken := everyList(b.current.Load(), "")
	for _, v := range broken.tokens {
		v.of.list = nil
	}
	was := b.current.Swap(broken)
	if _, err := w.ask("GET", acmeToken, `"x"`).in.ReadByte(); err != io.EOF {
		t.Errorf("it is not cut: %v", err)
	}
	b.current.Store(was)
	b.become(t)
}

// A certificate stands for the token also of a connection that went to and fro.
func TestARegularOverTLSKeepsItsCertificate(t *testing.T) {
	a, s, server, _ := secured(t, true)
	a.issue("tm", "acme/tm-01", nil)
	client := a.client("tm")
	client.Transport.(*http.Transport).DisableKeepAlives = false
	defer client.CloseIdleConnections()
	connections := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{ConnectStart: func(string, string) { connections++ }})
	for _, c := range []struct {
		path   string
		status int
	}{
		{"/v1/patterns", 304}, {"/v1/patterns", 304}, {"/v1/patterns/1", 404}, {"/v1/patterns", 304}, {"/v1/patterns", 304}, {"/v1/patterns/1", 404},
	} {
		r, err := http.NewRequestWithContext(ctx, "GET", server+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("If-None-Match", tagOf(s.publisher, "acme"))
		r.Header.Set("Accept-Encoding", "identity")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = bodyOf(answer)
		_ = answer.Body.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", c.path, answer.Status, c.status)
		}
	}
	if connections != 1 {
		t.Errorf("%d connections", connections)
	}
}
