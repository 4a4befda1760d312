package console

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"
)

// site is the pages of a casebook in a temporary folder.
type site struct {
	testing.TB
	repo      *repo.Repo
	console   *Console
	echo      *echo.Echo
	standing  Standing
	attending Attendance
	now       time.Time
	changed   chan struct{}
}

// emptySite has no commit.
func emptySite(t testing.TB) *site {
	t.Helper()
	r, err := repo.Init(t.TempDir(), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	s := &site{TB: t, repo: r, echo: echo.New(), now: day(300).Time(), changed: make(chan struct{}),
		standing:  Standing{Serving: true, Branch: "main", LookedAt: day(300).Time()},
		attending: Attendance{Heard: map[string]time.Time{}, Waiting: map[string]int{}}}
	var last *Published
	s.console = New(Source{
		Repo: r, Now: func() time.Time { return s.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Changed: func() <-chan struct{} { return s.changed }, Standing: func() Standing { return s.standing }, Attending: func() Attendance { return s.attending },
		Published: func() *Published { last = s.published(last); return last },
	})
	s.console.Routes(s.echo)
	s.echo.HTTPErrorHandler = func(err error, c echo.Context) { t.Errorf("%s: %v", c.Request().URL, err) }
	return s
}

// published is the tip of main, whatever is in it.
func (s *site) published(last *Published) *Published {
	tip, err := s.repo.Snapshot("main")
	if err != nil {
		return nil
	}
	defer tip.Close()
	if last != nil && last.Commit == tip.Commit() {
		return last
	}
	p := &Published{Commit: tip.Commit(), Made: tip.Time(), Customers: map[casefile.Account]*casefile.Holdings{}}
	accounts, err := tip.Accounts()
	if err != nil {
		s.Fatal(err)
	}
	for _, a := range accounts {
		h, problems, err := tip.Customer(a)
		if err != nil || len(problems) > 0 {
			s.Fatal(err, problems)
		}
		p.Customers[a] = h
	}
	return p
}

// commit commits records on a day.
func (s *site) commit(branch, subject string, at casefile.Time, recs ...casefile.Record) {
	s.Helper()
	how := repo.How{Branch: branch, Now: at.Time(), By: &repo.Signature{Name: "Jane Doe", Email: "jane@acme.example"}}
	_, err := s.repo.Change(s.Context(), how, func(tx *repo.Tx) (repo.Message, error) {
		return repo.Message{Subject: subject}, s.put(tx, recs)
	})
	if err != nil {
		s.Fatal(err)
	}
}

// put puts records; a pattern's file holds its own name.
func (s *site) put(tx *repo.Tx, recs []casefile.Record) error {
	for _, rec := range recs {
		p, ok := rec.(*casefile.Pattern)
		if !ok || p.File == nil {
			continue
		}
		if known, err := tx.Has(p); err != nil || known {
			continue
		}
		blob, err := s.repo.Take(s.Context(), strings.NewReader(p.File.Name), p.File.Size, nil)
		if err != nil {
			return err
		}
		s.Cleanup(func() { blob.Close() })
		if err := tx.PutBlob(p.FilePath(), blob); err != nil {
			return err
		}
	}
	return tx.Put(recs...)
}

// report commits what a mitigator reported.
func (s *site) report(p *casefile.Pattern, by casefile.Name, receipts ...casefile.Receipt) {
	s.Helper()
	s.commit(repo.DeliveriesBranch, "reports", receipts[len(receipts)-1].At,
		&casefile.Delivery{Account: p.Account, Pattern: p.ID, Mitigator: by, Receipts: receipts})
	close(s.changed)
	s.changed = make(chan struct{})
}

// answer is what the console answered.
type answer struct {
	*httptest.ResponseRecorder
	doc *html.Node
}

func (s *site) ask(method, path string) answer {
	s.Helper()
	a := answer{httptest.NewRecorder(), nil}
	s.echo.ServeHTTP(a, httptest.NewRequest(method, path, nil))
	if strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
		doc, err := html.Parse(strings.NewReader(a.Body.String()))
		if err != nil {
			s.Fatal(err)
		}
		a.doc = doc
	}
	return a
}

// page is a page that is there.
func (s *site) page(path string) answer {
	s.Helper()
	a := s.ask(http.MethodGet, path)
	if a.Code != http.StatusOK {
		s.Fatalf("%s: %d\n%s", path, a.Code, a.Body)
	}
	return a
}

// town is a casebook with two customers, every status, every type, and reports.
func town(t testing.TB) *site {
	t.Helper()
	s := emptySite(t)
	s.commit("", "begin", day(0),
		&casefile.Book{Format: 1, Branch: "main"},
		&casefile.Customer{Account: "acme", Company: "Acme Ltd", Contacts: []string{"Jane Doe <jane@acme.example>"}},
		&casefile.Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf("1"), Added: day(0)},
		&casefile.Mitigator{Account: "acme", Name: "tm-02", TokenSHA256: digestOf("2"), Added: day(0)},
		&casefile.Mitigator{Account: "acme", Name: "tm-03", TokenSHA256: digestOf("3"), Added: day(0), Revoked: day(1)},
		&casefile.Customer{Account: "zenith", Company: "Zenith & Sons"})
	by := func(n int) casefile.Stamp { return casefile.Stamp{At: day(n), By: "Jane Doe <jane@acme.example>"} }
	must := func(p *casefile.Pattern, err error) *casefile.Pattern {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}

	fresh := received("ws-001", 10)
	notified, downloaded := received("ws-002", 9), received("ws-003", 8)
	s.commit("", "receive", day(10), fresh, notified, downloaded)
	must(nil, notified.Notify(day(11)))
	must(nil, downloaded.Download())
	s.commit("", "notify and download", day(11), notified, downloaded)

	answered := received("WS-004", 7)
	must(nil, answered.Download())
	must(nil, answered.Identify("1-10293847", day(12)))
	s.commit("", "identify", day(12), answered)
	bandage := must(answered.Upload(1, casefile.Bandage, "6.123.45", "for WS-004", fileOf("lpt$vpn.123"), by(13)))
	s.commit("", "upload", day(13), answered, bandage)
	again := must(answered.Reissue(2, bandage, by(14)))
	must(nil, answered.Withdraw(bandage, "arrived broken", by(14)))
	s.commit("", "reissue", day(14), answered, bandage, again)
	smart := must(answered.Specify(3, casefile.SmartScan, "15.001.00", "for WS-004", by(15)))
	s.commit("", "specify", day(15), answered, smart)

	closed := received("ws-005", 6)
	none := must(closed.None(4, "a false alarm", by(16)))
	must(nil, closed.Resolve(none, by(17)))
	must(nil, closed.Close([]*casefile.Pattern{none}, "it was a false alarm", by(18)))
	s.commit("", "close", day(18), closed, none)

	s.report(again, "tm-01", casefile.Receipt{Event: casefile.EventDownloaded, At: day(19), SHA256: again.File.SHA256},
		casefile.Receipt{Event: casefile.EventApplied, At: day(20), Endpoint: "ws-004", Result: "Resolved threats: All threats resolved", SHA256: again.File.SHA256})
	s.report(smart, "tm-02", casefile.Receipt{Event: casefile.EventFailed, At: day(21), Result: "Unsuccessful: mitigation timeout", Version: "15.001.00"})
	s.attending.Heard["acme/tm-01"], s.attending.Waiting["acme/tm-01"] = day(299).Time(), 1
	return s
}

// received is a case of acme that was received some days ago.
func received(endpoint string, n int) *casefile.Case {
	key := casefile.NewKey(day(n), endpoint, func(casefile.Key) bool { return false })
	return casefile.CaseRef{Account: "acme", Key: key}.Receive(endpoint, "tm-01",
		casefile.Forensics{File: endpoint + ".zip", Size: 48211, SHA256: digestOf(endpoint)}, day(n))
}

// fileOf is a pattern file that holds its own name.
func fileOf(name string) casefile.File {
	return casefile.File{Name: name, Size: int64(len(name)), SHA256: digestOf(name)}
}

func TestWhoGoesOnIsNoTroubleOfOurs(t *testing.T) {
	s, log := town(t), &bytes.Buffer{}
	s.console.Log = slog.New(slog.NewTextHandler(log, nil))
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, path := range []string{"/history", "/customers/acme/history.csv", "/customers/acme/cases/20260103-ws-1"} {
		w := httptest.NewRecorder()
		s.echo.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil).WithContext(gone))
		if w.Body.Len() > 0 || log.Len() > 0 {
			t.Errorf("%s is answered %q, and the log says %s", path, w.Body, log)
		}
	}
}
