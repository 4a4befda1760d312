package console

import (
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"casebook/casefile"

	"golang.org/x/net/html"
)

// evil is text that casefile accepts, and that is something else where it is not escaped. Each
// ends in a word by which it is found again.
func evil(word string) string {
	return `"><script>alert(1)</script><b data-evil=x onclick=alert(2)>'&quot;&lt;i&gt;{{.}}</style></textarea></title> javascript:alert(3) \u003cb\u003e =1+1 مرحبا 👩‍🚀 ` +
		strings.Repeat("W", 300) + " " + word
}

// evilTown has such text in every field that takes it.
func evilTown(t testing.TB) *site {
	t.Helper()
	s := emptySite(t)
	by := casefile.Stamp{At: day(3), By: `Jane "><script>alert(1)</script> ` + evil("evil-person") + ` <jane@acme.example>`}
	c := received(evil("evil-endpoint"), 1)
	c.CaseID, c.MitigationServer = evil("evil-id"), "tm-01"
	c.ForensicData.File = `'&#34; onerror=alert(1) javascript&colon;alert(1) 👩‍🚀 evil-zip.zip`
	file := fileOf(`' onerror=alert(1) javascript&colon;alert(1) &lt;b&gt; evil-file`)
	p, err := c.Upload(1, casefile.Bandage, evil("evil-version"), "two\nlines "+evil("evil-description"), file, by)
	if err == nil {
		err = c.Resolve(p, by)
	}
	open := received(evil("evil-endpoint")+"-2", 2)
	open.CaseID, open.ForensicData.File = evil("evil-id")+"-2", c.ForensicData.File
	q, err2 := open.Specify(2, casefile.SmartScanAgent, evil("evil-version"), evil("evil-description"), by)
	w, err3 := open.Specify(3, casefile.SmartScan, evil("evil-version"), evil("evil-description"), by)
	err4 := open.Withdraw(w, "two\nlines "+evil("evil-withdrawal"), by)
	err5 := c.Close([]*casefile.Pattern{p}, "two\nlines "+evil("evil-reason"), by)
	for _, err := range []error{err, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.commit("", evil("evil-subject"), day(3), &casefile.Book{Format: 1, Branch: "main"},
		&casefile.Customer{Account: "acme", Company: evil("evil-company"), Contacts: []string{evil("evil-contact")}},
		&casefile.Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf("1"), Added: day(0)}, c, p, open, q, w)
	s.report(q, "tm-01", casefile.Receipt{Event: casefile.EventFailed, At: day(5), Version: evil("evil-other"), Endpoint: open.Endpoint, Result: "two\nlines " + evil("evil-result")})
	s.standing.Branch, s.standing.Trouble = evil("evil-branch"), evil("evil-trouble")
	s.standing.Refused = &Refused{Commit: strings.Repeat("ab", 20), Problems: casefile.Problems{
		{File: evil("evil-place"), Line: 1, Column: 2, Text: evil("evil-problem"), Hint: evil("evil-hint"), Rule: casefile.RuleBadValue}}}
	return s
}

func TestHostileTextStaysText(t *testing.T) {
	s := evilTown(t)
	key := url.PathEscape(string(received(evil("evil-endpoint"), 1).Key))
	second := url.PathEscape(string(received(evil("evil-endpoint")+"-2", 2).Key))
	q := url.Values{"q": {evil("")}, "endpoint": {evil("")}, "status": {evil("")}, "since": {evil("")}, "sort": {evil("")}, "order": {evil("")}, "page": {evil("")}}.Encode()
	seen := map[string]bool{}
	for _, path := range []string{
		"/", "/?" + q, "/customers/acme", "/customers/acme/cases", "/customers/acme/cases?" + q, "/customers/acme/patterns", "/customers/acme/patterns?" + q,
		"/customers/acme/cases/" + key, "/customers/acme/cases/" + second, "/customers/acme/patterns/1", "/customers/acme/patterns/2", "/customers/acme/patterns/3",
		"/nonconforming", "/nonconforming?" + q, "/customers/acme/nonconforming", "/history", "/history?" + q, "/customers/acme/history", "/publishing",
		"/publishing/deliveries", "/publishing/deliveries?" + q, "/publishing/mitigators?" + q, "/search?" + q, "/search?q=evil", "/search?q=11",
		"/figures", "/customers/acme/figures",
		"/customers/" + url.PathEscape(evil("")), "/customers/acme/cases/" + url.PathEscape(evil("")), "/nowhere/" + url.PathEscape(evil("")),
	} {
		a := s.ask("GET", path)
		if a.doc == nil || a.Code == 500 {
			t.Errorf("%s: %d %s", path, a.Code, a.Header())
			continue
		}
		for _, wrong := range foreign(a.doc) {
			t.Errorf("%.60s: %s", path, wrong)
		}
		text := textOf(a.doc)
		for _, word := range evilWords {
			if strings.Contains(text, evil(word)) || strings.Contains(text, word) && (word == "evil-zip" || word == "evil-file") {
				seen[word] = true
			}
		}
	}
	for _, word := range evilWords {
		if !seen[word] {
			t.Errorf("%s stands on no page as it was written", word)
		}
	}
}

var evilWords = []string{"evil-endpoint", "evil-id", "evil-version", "evil-person", "evil-withdrawal", "evil-reason", "evil-subject", "evil-company",
	"evil-contact", "evil-result", "evil-branch", "evil-trouble", "evil-place", "evil-problem", "evil-hint", "evil-zip", "evil-file", "evil-description"}

// ours are all elements and attributes that the templates make.
var (
	elements = strings.Fields(`html head meta title link script body a header nav ul ol li form label input main h1 h2 h3 p br section div span strong code
		button table caption thead tbody tr th td time bdi dl dt dd select option footer details summary figure figcaption svg g path rect line text
		desc defs pattern circle polyline polygon tspan clippath use`)
	attributes = strings.Fields(`charset name content lang rel type href src defer class id tabindex role value placeholder method action for hidden
		disabled checked selected scope title datetime open x y x1 y1 x2 y2 dx dy cx cy r rx ry d points width height viewbox viewBox transform
		text-anchor fill stroke stroke-width patternunits patternUnits patterntransform patternTransform dominant-baseline preserveAspectRatio
		stroke-dasharray clip-path focusable href xlink:href xmlns offset clippathunits clipPathUnits overflow`)
)

// foreign is what in a page cannot come from a template.
func foreign(doc *html.Node) (found []string) {
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(elements, strings.ToLower(n.Data)) {
			found = append(found, "element "+n.Data)
		}
		for _, a := range n.Attr {
			known := slices.Contains(attributes, a.Key) || strings.HasPrefix(a.Key, "aria-") || strings.HasPrefix(a.Key, "data-") && a.Key != "data-evil"
			if !known || strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				found = append(found, "attribute "+a.Key+" of "+n.Data)
			}
			if slices.Contains([]string{"href", "src", "action", "xlink:href"}, a.Key) && !strings.HasPrefix(a.Val, "#") && (!strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//")) {
				found = append(found, "link to "+a.Val)
			}
		}
		if n.Data == "script" && n.FirstChild != nil {
			found = append(found, "script with "+n.FirstChild.Data)
		}
	}
	return found
}

// textOf is all text of a page, as a reader has it.
func textOf(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func TestTheSearchForWhatIsForeignFindsIt(t *testing.T) {
	for _, page := range []string{
		`<p>` + evil("") + `</p>`, `<p><script>x</script></p>`, `<p onclick=x>`, `<p style="x">`, `<a href="javascript:x">`, `<a href="//x.example/">`, `<img src=x>`, `<p data-evil=x>`,
	} {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil || len(foreign(doc)) == 0 {
			t.Errorf("nothing foreign in %s, %v", page, err)
		}
	}
}

// A commit that git made can have text that no verb would let through.
func TestTextOfCommitsMadeByGitStaysText(t *testing.T) {
	need(t, "git")
	s := town(t)
	dir := s.repo.Root()
	for _, words := range [][]string{
		{"commit", "-q", "--allow-empty", "-m", "\u202eevil \x1b[31m subject <script>alert(1)</script>"},
		{"mv", "customers/acme/cases/2026-01/20260115-ws-001.yaml", "customers/acme/cases/2026-01/20260115-ws-001-9.yaml"},
		{"commit", "-q", "-m", "\u202e<b>moved</b>", "--author", "\u202e<script>x</script> <a@b.example>"},
	} {
		c := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=\u202eevil", "-c", "user.email=e@e.example"}, words...)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", words, err, out)
		}
	}
	for _, path := range []string{"/history", "/publishing", "/customers/acme/history", "/customers/acme/cases/20260115-ws-001-9"} {
		a := s.page(path)
		if wrong := foreign(a.doc); len(wrong) > 0 {
			t.Errorf("%s: %q", path, wrong)
		}
		if text := textOf(a.doc); strings.ContainsAny(text, "\u202e\x1b") {
			t.Errorf("%s turns text round", path)
		}
	}
}

func TestWhatIsAskedForInBytesThatAreNoTextIsAnsweredInText(t *testing.T) {
	s := town(t)
	for _, path := range []string{"/search?q=%ff%fe%00", "/customers/acme/cases?q=%ff", "/history?since=%ff"} {
		if page := s.page(path); !utf8.Valid(page.Body.Bytes()) {
			t.Errorf("%s is no UTF-8", path)
		}
	}
}
