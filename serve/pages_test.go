package serve

import (
	"bufio"
	"cmp"
	"context"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// pages shows the pages of a casebook alone, and says where.
func (b *book) pages(c Config) (address string) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	c.Dir, c.Console, c.Now, c.Getenv = b.dir, "127.0.0.1:0", time.Now, noEnv
	at, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- Pages(ctx, c, func(a net.Addr) { at <- a }) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	select {
	case a := <-at:
		return "http://" + a.String()
	case err := <-ended:
		ended <- nil
		b.Fatal(err)
	}
	return ""
}

// listen gives each event that a page is told of.
func listen(t *testing.T, address string) <-chan string {
	t.Helper()
	r, err := http.Get(address + "/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Body.Close() })
	events := make(chan string, 100)
	go func() {
		defer close(events)
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				events <- event
			}
		}
	}()
	return events
}

func hears(t *testing.T, events <-chan string, want string) {
	t.Helper()
	for {
		select {
		case event, open := <-events:
			if event == want {
				return
			}
			if !open {
				t.Fatalf("the events ended without %q", want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no event %q", want)
		}
	}
}

func TestPagesAreToldOfAVerbAndOfADelivery(t *testing.T) {
	b := newBook(t)
	address := b.pages(Config{})
	until(t, "shown", func() bool {
		code, body := get(t, address+"/", "")
		return code == 200 && strings.Contains(body, "acme")
	})
	events := listen(t, address)
	hears(t, events, "hello")
	p := b.specify(b.receive("acme", "ws-017"), casefile.SmartScanAgent)
	hears(t, events, "changed")
	for len(events) > 0 {
		<-events
	}
	b.change(repo.DeliveriesBranch, func(tx *repo.Tx) error {
		return tx.Put(&casefile.Delivery{Account: "acme", Pattern: p.ID, Mitigator: "tm-01",
			Receipts: []casefile.Receipt{{Event: casefile.EventApplied, At: today, Version: p.Version}}})
	})
	hears(t, events, "changed")
}

func TestPagesWriteNothing(t *testing.T) {
	b := newBook(t)
	b.upload(b.receive("acme", "ws-017"), "lpt$vpn.123", "the bytes")
	before := b.everyFile()
	address := b.pages(Config{})
	until(t, "shown", func() bool { code, _ := get(t, address+"/", ""); return code == 200 })
	for _, path := range []string{"/customers/acme", "/publishing", "/figures", "/history", "/nonconforming", "/search?q=ws-017"} {
		get(t, address+path, "")
	}
	if after := b.everyFile(); after != before {
		t.Errorf("there was\n%s\nand now is\n%s", before, after)
	}
}

// everyFile names all files of the repository, with their sizes and times.
func (b *book) everyFile() string {
	b.Helper()
	var all strings.Builder
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Lstat(path)
		if err == nil {
			all.WriteString(path + " " + info.ModTime().String() + "\n")
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all.String()
}

func TestPagesKeepTheLastGoodCommit(t *testing.T) {
	b := newBook(t)
	address := b.pages(Config{})
	until(t, "shown", func() bool { code, _ := get(t, address+"/", ""); return code == 200 })
	events := listen(t, address)
	hears(t, events, "hello")
	b.commit(orphan("acme"))
	hears(t, events, "changed")
	if code, body := get(t, address+"/", ""); code != 200 || !strings.Contains(body, "not the newest") {
		t.Errorf("%d\n%s", code, body)
	}
}

func TestPagesBeforeTheFirstGoodCommitSayWhatIsWrong(t *testing.T) {
	b := newBook(t)
	b.commit(orphan("acme"))
	address := b.pages(Config{})
	until(t, "looked at", func() bool { _, body := get(t, address+"/", ""); return strings.Contains(body, "is refused") })
	if code, body := get(t, address+"/", ""); code != 503 || !strings.Contains(body, "casebook validate") {
		t.Errorf("%d\n%s", code, body)
	}
}

func TestPagesAreForThisMachineUnlessAProxySaysWho(t *testing.T) {
	if err := Pages(t.Context(), Config{Dir: t.TempDir(), Console: "0.0.0.0:0"}, nil); err == nil || !strings.Contains(err.Error(), "not a loopback address") {
		t.Errorf("the error is %v", err)
	}
	b := newBook(t)
	address := b.pages(Config{UserHeader: "X-Forwarded-User"})
	ask := func(user string) int {
		r, _ := http.NewRequest("GET", address+"/", nil)
		r.Header.Set("X-Forwarded-User", user)
		r.Host = "cases.example"
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	until(t, "shown", func() bool { return ask("jane") == 200 })
	if code := ask(""); code != 403 {
		t.Errorf("nobody gets %d", code)
	}
}

func TestEveryAnswerOfTheConsoleKeepsBrowsersFromHarm(t *testing.T) {
	s := newBook(t).serve()
	for _, c := range []struct {
		name, method, path, host string
		status                   int
	}{
		{"a page", "GET", "/", "", 200},
		{"a page that is not there", "GET", "/customers/nobody", "", 404},
		{"a list for other programs", "GET", "/customers.csv", "", 200},
		{"what found one thing", "GET", "/search?q=acme", "", 303},
		{"an asset that is not there", "GET", "/assets/0/style.css", "", 404},
		{"the wrong method", "POST", "/", "", 405},
		{"another host", "GET", "/", "evil.example", 403},
		{"another host, where tools ask", "GET", "/status", "evil.example", 403},
		{"what tools ask for", "GET", "/status", "", 200},
		{"whether it lives", "GET", "/livez", "", 200},
		{"the description", "GET", "/openapi.yaml", "", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, w := httptest.NewRequest(c.method, c.path, nil), httptest.NewRecorder()
			r.Host = cmp.Or(c.host, "localhost")
			s.operations().routes().ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("answers %d, want %d", w.Code, c.status)
			}
			for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
				if got := w.Header().Get(name); !strings.HasPrefix(got, want) {
					t.Errorf("%s is %q", name, got)
				}
			}
		})
	}
}
