package console_test

import (
	"fmt"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// watched is a page that stays open while things happen, and never loads again.
type watched struct {
	*tab
	slowest time.Duration
}

func (b *browser) watch(t testing.TB, base, path string) *watched {
	t.Helper()
	w := &watched{tab: b.tab(t, base, light)}
	w.open(path)
	w.until(`document.querySelector(".live").dataset.live === "on"`)
	eval[bool](w.tab, "window.opened = true")
	return w
}

// shows waits until one row has all the texts, and measures how long that took from the
// verb's end.
func (w *watched) shows(what string, texts ...string) {
	w.Helper()
	expression := `opened && [...document.querySelectorAll(".row, .timeline > li, .facts > div, .lead")].some(r => true`
	for _, text := range texts {
		expression += fmt.Sprintf(" && r.textContent.includes(%q)", text)
	}
	took := w.until(expression + ")")
	w.slowest = max(w.slowest, took)
	w.Logf("%s: shown after %d ms", what, took.Milliseconds())
}

// TestWatchedLiveInABrowser has pages open while things happen.
func TestWatchedLiveInABrowser(t *testing.T) {
	b := newBrowser(t)
	for _, c := range []struct {
		name string
		do   func(*testing.T, *browser)
	}{
		{"custom pattern", customPattern},
		{"smart protection patterns", smartProtection},
		{"no pattern required", noPatternRequired},
		{"a refresh disturbs nobody", disturbsNobody},
		{"a lost connection is told", lostConnection},
	} {
		t.Run(c.name, func(t *testing.T) { c.do(t, b) })
	}
}

// customPattern is the vendor's "Custom Pattern", as somebody sees it who has the customer's page open.
func customPattern(t *testing.T, b *browser) {
	s := newScene(t)
	s.customer(day, "acme", "Acme", "tm-01")
	s.serve()
	list := b.watch(t, s.console, "/customers/acme")
	list.until(`document.querySelector(".empty")`)

	c := s.receive(0, "acme", "ws-100", "tm-01")
	list.shows("receive", string(c.Key), "New Case Received", "N/A")
	record := b.watch(t, s.console, "/customers/acme/cases/"+string(c.Key))
	s.step(0, c, "notify", func(tx *repo.Tx) error { return c.Notify(tx.Now()) })
	list.shows("notify", "ws-100", "Administrator Notified About New Case")
	s.download(0, c)
	list.shows("download", "ws-100", "Threat Sample Downloaded")
	s.identify(0, c, "1-10293847")
	list.shows("identify", "1-10293847", "ws-100")
	p := s.upload(0, c, casefile.Bandage, "lpt$vpn.123", "6.123.45", "for ws-100")
	list.shows("upload, the case", "ws-100", "Threat Mitigator Notified About Pattern")
	list.shows("upload, the entry", "Bandage Pattern", "lpt$vpn.123", "Not Applied", "6.123.45")
	record.shows("upload, the page of the case", "Threat Mitigator Notified About Pattern")
	s.report(p, "tm-01", casefile.EventDownloaded, "", "")
	list.shows("the mitigator has it", "lpt$vpn.123", "Downloaded")
	s.report(p, "tm-01", casefile.EventApplied, "ws-100", "Resolved threats: All threats resolved")
	list.shows("the mitigator applied it", "lpt$vpn.123", "Applied")
	s.resolve(0, c, p)
	list.shows("resolve", "lpt$vpn.123", "Yes")
	s.close(0, c, "custom pattern eliminated the threats on ws-100", p)
	list.shows("close", "1-10293847", "Case Closed")
	record.shows("close, the page of the case", "custom pattern eliminated the threats on ws-100")
	list.behaved()
	record.behaved()
	t.Logf("slowest: %d ms", max(list.slowest, record.slowest).Milliseconds())
}

func smartProtection(t *testing.T, b *browser) {
	s := newScene(t)
	s.customer(day, "acme", "Acme", "tm-01")
	c := s.receive(time.Hour, "acme", "ws-100", "tm-01")
	s.serve()
	list := b.watch(t, s.console, "/customers/acme")
	p := s.specify(0, c, casefile.SmartScanAgent, "15.001.00", "for ws-100")
	list.shows("specify, the case", "ws-100", "Threat Mitigator Notified About Pattern")
	list.shows("specify, the entry", "Smart Scan Agent Pattern", "15.001.00", "Not Applied")
	target := b.watch(t, s.console, "/customers/acme/patterns/1")
	s.report(p, "tm-01", casefile.EventDownloaded, "", "")
	list.shows("the mitigator has it", "Smart Scan Agent Pattern", "Downloaded")
	s.resolve(0, c, p)
	list.shows("resolve", "Smart Scan Agent Pattern", "Yes")
	target.until(`document.querySelector("input[type=checkbox]").checked`)
	s.close(0, c, "the pattern removed them", p)
	list.shows("close", "ws-100", "Case Closed")
	list.behaved()
	target.behaved()
}

func noPatternRequired(t *testing.T, b *browser) {
	s := newScene(t)
	s.customer(day, "acme", "Acme", "tm-01")
	c := s.receive(time.Hour, "acme", "ws-100", "tm-01")
	s.download(time.Hour, c)
	s.serve()
	list := b.watch(t, s.console, "/customers/acme")
	p := s.none(0, c, "no threat was detected")
	list.shows("none, the entry", "None", "no threat was detected")
	list.shows("none, the case stays", "ws-100", "Threat Sample Downloaded")
	s.resolve(0, c, p)
	list.shows("resolve", "no threat was detected", "Yes")
	s.close(0, c, "false alarm", p)
	list.shows("close", "ws-100", "Case Closed")
	list.behaved()
}

// disturbsNobody: a page that is refreshed keeps what a person does on it.
func disturbsNobody(t *testing.T, b *browser) {
	s := newScene(t)
	s.customer(day, "acme", "Acme", "tm-01")
	s.receiveMany(time.Hour, "acme", "tm-01", 30)
	s.serve()
	w := b.watch(t, s.console, "/customers/acme/cases")
	settled := func() { w.until(`document.activeElement === kept && kept.isConnected`) }

	// The focus stays in its row, which a new one pushes down; and the page where it was scrolled to.
	eval[bool](w.tab, `(kept = document.querySelectorAll(".row")[9].querySelector("a"), kept.focus(), scrollTo(0, 300), href = kept.href, top0 = scrollY, true)`)
	s.receive(0, "acme", "ws-200", "tm-01")
	w.shows("a new row", "ws-200")
	settled()
	if at := eval[int](w.tab, `scrollY - top0`); at != 0 {
		t.Errorf("the page was scrolled by %d", at)
	}
	w.until(`document.querySelector("[role=status]").textContent.startsWith("Updated: ")`)
	if n := eval[int](w.tab, `document.querySelectorAll(".row[data-changed]").length`); n != 1 {
		t.Errorf("%d rows are marked as changed", n)
	}

	// What is typed stays typed, and what is selected stays selected until it is not.
	eval[bool](w.tab, `(kept = document.querySelector("form.filter input"), kept.focus(), true)`)
	eval[bool](w.tab, `(chosen = document.querySelectorAll(".row td")[1], getSelection().selectAllChildren(chosen), held = getSelection().toString(), true)`)
	s.receive(0, "acme", "ws-201", "tm-01")
	time.Sleep(time.Second)
	if !eval[bool](w.tab, `held && getSelection().toString() === held && !document.body.innerText.includes("ws-201")`) {
		t.Error("the page changed under a selection")
	}
	eval[bool](w.tab, `(getSelection().removeAllRanges(), true)`)
	w.shows("the row, once nothing is selected", "ws-201")
	w.behaved()
}

// lostConnection: it is told, and found again.
func lostConnection(t *testing.T, b *browser) {
	s := newScene(t)
	s.customer(day, "acme", "Acme", "tm-01")
	s.serve()
	w := b.watch(t, s.console, "/")
	s.stop()
	w.until(`document.querySelector(".live").dataset.live === "off"`)
	s.customer(0, "globex", "Globex", "tm-01")
	s.serve()
	w.until(`document.querySelector(".live").dataset.live === "on"`)
	w.shows("what happened meanwhile", "globex")
}
