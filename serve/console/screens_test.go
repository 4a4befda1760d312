package console_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// screens are all there are, on the town.
var screens = []struct{ name, path, says string }{
	{"customers", "/", "Acme Corporation"},
	{"customer", "/customers/acme", "Pattern List"},
	{"customer-empty", "/customers/hospital-north", "casebook"},
	{"cases", "/customers/acme/cases", "Administrator Notified About New Case"},
	{"cases-none", "/customers/acme/cases?q=nothing-like-this", "Show all"},
	{"case-new", "/customers/acme/cases/20261124-ws-017", "casebook case download"},
	{"case", "/customers/acme/cases/20261120-db-primary", "1-10293861"},
	{"case-closed", "/customers/globex/cases/20261108-laptop-9", "the case is a false alarm"},
	{"patterns", "/customers/acme/patterns", "Controlled Pattern"},
	{"target", "/customers/acme/patterns/21", "Resolved"},
	{"target-withdrawn", "/customers/acme/patterns/20", "made for another build"},
	{"nonconforming", "/nonconforming", "Last Threat Sample Received"},
	{"nonconforming-customer", "/customers/acme/nonconforming", "fin-laptop-0042"},
	{"history", "/history", "Jane Doe"},
	{"history-customer", "/customers/acme/history", "Jane Doe"},
	{"figures", "/figures", "Open cases by status"},
	{"figures-customer", "/customers/acme/figures", "Open cases by status"},
	{"publishing", "/publishing", "tm-west"},
	{"search", "/search?q=ws-0", "ws-017"},
	{"search-none", "/search?q=nothing-like-this", "nothing-like-this"},
	{"missing", "/customers/nobody", "Not found"},
}

// TestTheTownInABrowser looks at one town, and with one browser, for both take long to begin.
func TestTheTownInABrowser(t *testing.T) {
	b, town := newBrowser(t), newTown(t)
	for _, c := range []struct {
		name string
		do   func(*testing.T, *browser, *scene)
	}{
		{"every screen", everyScreen},
		{"every screen on paper", onPaper},
		{"every screen without scripts", withoutScripts},
		{"the keys", theKeys},
		{"the tab key", theTabKey},
		{"filtering while typing", filtering},
		{"copying", copying},
		{"a refused commit", refused}, // the last: what comes after it is not published
	} {
		t.Run(c.name, func(t *testing.T) { c.do(t, b, town) })
	}
}

func everyScreen(t *testing.T, b *browser, town *scene) {
	rules := axe(t)
	for _, l := range []look{light, dark, narrow} {
		t.Run(l.name, func(t *testing.T) {
			p := b.tab(t, town.console, l)
			for _, s := range screens {
				p.visit(s.name, s.path, s.says, l)
				p.passes(s.name, rules, l)
			}
		})
	}
}

// refused is Publishing when the newest commit is not good.
func refused(t *testing.T, b *browser, town *scene) {
	rules := axe(t)
	town.spoil()
	for _, l := range []look{light, dark, narrow} {
		p := b.tab(t, town.console, l)
		p.open("/publishing")
		p.until(`document.querySelector("main").innerText.includes("customer.yaml:2")`)
		p.visit("publishing-refused", "/publishing", "customer.yaml:2", l)
		p.passes("publishing-refused", rules, l)
	}
}

func TestAnEmptyCasebookInABrowser(t *testing.T) {
	b, s := newBrowser(t), newScene(t)
	rules := axe(t)
	s.serve()
	for _, path := range []string{"/", "/nonconforming", "/history", "/figures", "/publishing"} {
		p := b.tab(t, s.console, light)
		p.visit("empty"+strings.ReplaceAll(path, "/", "-"), path, "casebook", light)
		p.passes("empty "+path, rules, light)
	}
}

// visit opens a screen, and looks whether it behaves.
func (p *tab) visit(name, path, says string, l look) {
	p.Helper()
	p.open(path)
	p.until(`!document.querySelector("[data-pending]")`)
	if text := eval[string](p, `(document.querySelector("main") ?? document.body).innerText`); !strings.Contains(text, says) {
		p.Errorf("%s does not say %q but\n%.600s", name, says, text)
	}
	if wide := eval[int64](p, "document.documentElement.scrollWidth"); wide > l.width {
		p.Errorf("%s, %s: the page is %d wide on %d: %s", name, l.name, wide, l.width, eval[string](p, tooWide))
	}
	p.behaved("status of 404")
	p.keep(name + "-" + l.name)
}

// tooWide names what stands out of the page.
const tooWide = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll"))
	.map(e => e.localName + "." + e.className).slice(0, 5).join(", ")`

// axe is the source of axe-core, which CASEBOOK_AXE names.
func axe(t testing.TB) string {
	t.Helper()
	file := os.Getenv("CASEBOOK_AXE")
	if file == "" {
		if os.Getenv("CASEBOOK_REQUIRE") == "all" {
			t.Fatal("CASEBOOK_AXE does not name axe.min.js of the npm package axe-core")
		}
		t.Log("not held against WCAG: CASEBOOK_AXE does not name axe.min.js of the npm package axe-core")
		return ""
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// passes holds the page against WCAG 2.2 AA and what axe calls best practice. In the dark
// only colours can be other ones, and on a phone all but colours: they take axe the longest.
func (p *tab) passes(name, rules string, l look) {
	p.Helper()
	if rules == "" {
		return
	}
	how := `runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	switch {
	case l.dark:
		how = `runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}`
	case l.phone:
		how += `, rules: {"color-contrast": {enabled: false}}`
	}
	eval[bool](p, rules+"\n;true")
	found := eval[string](p, `axe.run(document, {resultTypes: ["violations"], `+how+`})
		.then(r => JSON.stringify(r.violations.map(v => ({rule: v.id, help: v.help, at: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + n.failureSummary)}))))`)
	var violations []struct {
		Rule, Help string
		At         []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		p.Fatal(err)
	}
	for _, v := range violations {
		p.Errorf("%s: axe: %s: %s\n\t%s", name, v.Rule, v.Help, strings.Join(v.At, "\n\t"))
	}
}

func onPaper(t *testing.T, b *browser, town *scene) {
	p := b.tab(t, town.console, paper)
	for _, s := range screens {
		p.visit(s.name, s.path, s.says, paper)
		if shown := eval[string](p, `[...document.querySelectorAll("header, nav, form, button, .live")].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80)).join("\n")`); shown != "" {
			t.Errorf("%s: paper cannot be clicked:\n%s", s.name, shown)
		}
		if ground := eval[string](p, `getComputedStyle(document.body).backgroundColor`); ground != "rgb(255, 255, 255)" {
			t.Errorf("%s is printed on %s", s.name, ground)
		}
	}
}

func withoutScripts(t *testing.T, b *browser, town *scene) {
	with, without := b.tab(t, town.console, light), b.tab(t, town.console, plain)
	for _, s := range screens {
		with.open(s.path)
		with.until(`!document.querySelector("[data-pending]")`)
		without.open(s.path)
		const told = `[...document.querySelectorAll("main h1, main td, main dd, main li")].map(e => e.cloneNode(true)).map(e => (e.querySelectorAll(".ago, button").forEach(x => x.remove()), e.textContent.trim())).join("\n")`
		if a, b := eval[string](with, told), eval[string](without, told); a != b {
			t.Errorf("%s says without scripts\n%s\nand with them\n%s", s.name, b, a)
		}
		if dead := eval[string](without, `[...document.querySelectorAll("button:not([type=submit])")].filter(b => !b.form && b.checkVisibility()).map(b => b.outerHTML).join("\n")`); dead != "" {
			t.Errorf("%s has buttons that do nothing without scripts: %s", s.name, dead)
		}
	}
	without.open("/customers/acme/cases?q=db-primary")
	if rows := eval[int](without, `document.querySelectorAll(".row").length`); rows != 1 {
		t.Errorf("a filter without scripts finds %d rows", rows)
	}
}
