package console_test

import (
	"strings"
	"testing"
	"time"

	"casebook/casefile"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func theKeys(t *testing.T, b *browser, town *scene) {
	p := b.tab(t, town.console, light)
	row := func() int {
		return eval[int](p, `[...document.querySelectorAll(".row")].findIndex(r => r.contains(document.activeElement))`)
	}
	is := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	p.open("/customers/acme/cases")
	p.press("j")
	is("j", row(), 0)
	p.press("jjk")
	is("jjk", row(), 1)
	opens := eval[string](p, `document.querySelectorAll(".row")[1].querySelector("a").getAttribute("href")`)
	p.press("o")
	p.until(`location.pathname === ` + quoted(opens))
	p.open("/customers/acme/cases")
	p.press("j" + kb.Enter)
	p.until(`location.pathname.startsWith("/customers/acme/cases/")`)

	p.open("/customers/acme/cases")
	p.press("/")
	is("/", eval[string](p, `document.activeElement.id`), "q")
	eval[bool](p, `(document.activeElement.value = "", true)`) // the driver sends the letter of a key as an event of its own
	p.press("jk?")
	is("keys in a field are text", eval[string](p, `document.activeElement.value`), "jk?")
	p.press(kb.Escape)
	is("Esc leaves the field", eval[string](p, `document.activeElement.localName`), "body")
	p.call(chromedp.KeyEvent("j", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	is("j with a modifier", row(), -1)

	p.press("?")
	p.until(`document.querySelector("dialog[open]")`)
	p.keep("keys-light")
	p.passes("the dialog of keys", axe(t), light)
	p.press("j")
	is("j behind a dialog", row(), -1)
	p.press(kb.Escape)
	p.until(`!document.querySelector("dialog[open]")`)
	p.call(chromedp.Click(chromedp.CSS(".help")))
	p.until(`document.querySelector("dialog[open]")`)
	p.call(chromedp.Click(chromedp.CSS("dialog input")), chromedp.Click(chromedp.CSS("dialog button")))
	p.press("j")
	is("j when the keys are turned off", row(), -1)
	eval[bool](p, `(localStorage.clear(), true)`)
	p.behaved()
}

func TestTheKeysTurnPagesInABrowser(t *testing.T) {
	b, s := newBrowser(t), newScene(t)
	s.customer(day, "acme", "Acme", "tm-01")
	s.receiveMany(time.Hour, "acme", "tm-01", 60)
	s.serve()
	p := b.tab(t, s.console, light)
	p.open("/customers/acme/cases")
	p.press("]")
	p.until(`location.search.includes("page=2")`)
	p.until(`document.readyState === "complete" && document.querySelector("a[rel=prev]")`)
	p.press("[")
	p.until(`!location.search.includes("page=2")`)
	p.behaved()
}

// theTabKey: with the keyboard alone one gets everywhere, and sees where one is.
func theTabKey(t *testing.T, b *browser, town *scene) {
	p := b.tab(t, town.console, light)
	p.open("/customers/acme")
	p.press(kb.Tab)
	if first := eval[string](p, `document.activeElement.className`); first != "skip" {
		t.Errorf("the first stop is %q", first)
	}
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "main"`)
	for range 40 {
		p.press(kb.Tab)
		if !eval[bool](p, `document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
			t.Errorf("no ring around %s", eval[string](p, `document.activeElement.outerHTML.slice(0, 100)`))
		}
	}
	if !eval[bool](p, `document.querySelector("main").contains(document.activeElement)`) {
		t.Error("the content is not reached")
	}
	p.behaved()
}

func filtering(t *testing.T, b *browser, town *scene) {
	p := b.tab(t, town.console, light)
	p.open("/customers/acme/cases")
	eval[bool](p, `(window.opened = true, document.querySelector("form.filter [name=q]").focus(), true)`)
	p.press("db-pri")
	p.until(`opened && document.querySelectorAll(".row").length === 1 && location.search.includes("q=db-pri")`)
	p.press("mary")
	p.until(`location.search.includes("q=db-primary")`)
	if typed := eval[string](p, `document.activeElement.value`); typed != "db-primary" {
		t.Errorf("the field says %q", typed)
	}
	p.until(`document.querySelector("[role=status]").textContent !== ""`)
	eval[bool](p, `(f = document.querySelector("form.filter"), f.q.value = "", f.q.dispatchEvent(new Event("input", {bubbles: true})), f.status.value = "case-closed", f.status.dispatchEvent(new Event("input", {bubbles: true})), true)`)
	p.until(`opened && document.querySelectorAll(".row").length > 1 && [...document.querySelectorAll(".row")].every(r => r.textContent.includes("Case Closed"))`)
	if at := p.at(); strings.Contains(at, "q=") || !strings.Contains(at, "status=case-closed") {
		t.Errorf("the address is %s", at)
	}
	p.behaved()
}

func copying(t *testing.T, b *browser, town *scene) {
	p := b.tab(t, town.console, light)
	p.open("/customers/acme/cases/20261120-db-primary")
	eval[bool](p, `(Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { copied = text; }}}), true)`)
	p.call(chromedp.Click(chromedp.CSS(".command .copy")))
	p.until(`typeof copied === "string"`)
	if got := eval[string](p, "copied"); got != "casebook pattern resolve acme/21" {
		t.Errorf("copied %q", got)
	}
	p.until(`document.querySelector(".command .copy").textContent === "Copied"`)
	digest := eval[string](p, `(copied = null, document.querySelector("[data-copy]:not([data-copy=''])").click(), document.querySelector("[data-copy]:not([data-copy=''])").dataset.copy)`)
	p.until(`copied === ` + quoted(digest))
	if len(digest) != 64 {
		t.Errorf("copied %q", digest)
	}
	p.behaved()
}

// hostile is what somebody types who means harm.
const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>'{{.}}` + " نص عربي javascript:alert(3) &lt;b&gt; " + `<a href="javascript:alert(4)">x</a>`

func TestHostileTextInABrowser(t *testing.T) {
	b, s := newBrowser(t), newScene(t)
	s.by.Name, s.by.Email = "<img src=x onerror=alert(0)>", "x@example"
	t.Cleanup(func() { jane.Name, jane.Email = "Jane Doe", "jane@acme.example" })
	long := strings.Repeat("W", 1200)
	s.customer(day, "acme", hostile, "tm-01")
	c := s.receive(time.Hour, "acme", hostile, "tm-01")
	s.identify(time.Hour, c, hostile)
	p := s.upload(time.Hour, c, casefile.Bandage, `' onerror=alert(5) &lt;b&gt; {{.}}.zip`, hostile, hostile+"\n"+long)
	wrong := s.none(time.Hour, c, long)
	s.withdraw(time.Hour, c, wrong, hostile)
	other := s.receive(time.Hour, "acme", long[:200], "tm-01")
	s.serve()
	s.report(p, "tm-01", casefile.EventFailed, hostile, hostile)
	s.resolve(0, c, p)
	s.close(0, c, hostile+"\n"+long, p, wrong)
	for _, l := range []look{light, narrow} {
		page := b.tab(t, s.console, l)
		for _, path := range []string{"/", "/customers/acme", "/customers/acme/cases", "/customers/acme/patterns", "/customers/acme/cases/" + string(c.Key),
			"/customers/acme/cases/" + string(other.Key), "/customers/acme/patterns/1", "/customers/acme/patterns/2", "/nonconforming", "/history", "/figures",
			"/customers/acme/figures", "/publishing", "/search?q=alert", "/search?q=%22%3E%3Cscript%3Ealert(6)%3C/script%3E", "/%22%3E%3Cscript%3Ealert(7)%3C/script%3E",
			"/customers/acme/cases?q=%22%3E%3Cimg%20src=x%20onerror=alert(8)%3E&sort=%22%3E%3Cscript%3E&status=%3Cb%3E&page=-1"} {
			page.visit("hostile", path, "", l)
			if strange := eval[string](page, `[...document.querySelectorAll("img, iframe, object, embed, base, main script, main link, [onerror], [onclick], a[href^='javascript:' i], main b")].map(e => e.outerHTML).join("\n")`); strange != "" {
				t.Errorf("%s: %s", path, strange)
			}
		}
		page.open("/customers/acme/cases/" + string(c.Key))
		page.keep("hostile-" + l.name)
	}
}

func quoted(text string) string { return `"` + text + `"` }
