package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"casebook/casefile"

	"golang.org/x/net/html"
)

// table is a table of a page as text: its head, and its rows, each cell without what stands
// for the eye alone.
func (a answer) table(t testing.TB, title string) (head []string, rows [][]string) {
	t.Helper()
	for n := range a.doc.Descendants() {
		if n.Data != "table" || textOf(child(n, "caption")) != title {
			continue
		}
		for tr := range n.Descendants() {
			if tr.Data != "tr" {
				continue
			}
			var cells []string
			for cell := range tr.ChildNodes() {
				if cell.Data == "td" && attr(cell, "data-label") != head[len(cells)] {
					t.Errorf("%s: the cell under %s says it is %s", title, head[len(cells)], attr(cell, "data-label"))
				}
				cells = append(cells, strings.Join(strings.Fields(textOf(cell)), " "))
			}
			if head == nil {
				head = cells
			} else {
				rows = append(rows, cells)
			}
		}
		return head, rows
	}
	t.Fatalf("no table %s in\n%s", title, a.Body)
	return nil, nil
}

func child(n *html.Node, name string) *html.Node {
	for c := range n.ChildNodes() {
		if c.Data == name {
			return c
		}
	}
	return &html.Node{}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// facts are what stands under each name of a page's lists of facts.
func (a answer) facts() map[string]string {
	facts := map[string]string{}
	for n := range a.doc.Descendants() {
		if n.Data == "dt" && attr(n.Parent.Parent, "class") == "facts" {
			facts[textOf(n)] = strings.Join(strings.Fields(textOf(child(n.Parent, "dd"))), " ")
		}
	}
	return facts
}

// commands are all commands of a page.
func (a answer) commands() (lines []string) {
	for n := range a.doc.Descendants() {
		if attr(n, "class") == "command" {
			lines = append(lines, textOf(child(n, "code")))
		}
	}
	return lines
}

func TestListsHaveTheVendorsColumns(t *testing.T) {
	s := town(t)
	for _, one := range []struct{ path, title, head, first string }{
		{"/", "Customers", "Account|Company Name|Open Cases|Cases|Last Received|Mitigators|Last Contact|Listed Patterns",
			"acme|Acme Ltd|4|5|2026-01-15 09:12:00 UTC 9 months ago|2|2026-10-31 09:12:00 UTC 1 day ago|2"},
		{"/customers/acme", "Case List", "Case ID|Status|Received|Updated|Mitigation Server|Pattern ID|Endpoint|Download",
			"20260115-ws-001 not issued yet|New Case Received|2026-01-15 09:12:00 UTC 9 months ago|N/A|tm-01|N/A|ws-001|ws-001.zip 47 KiB"},
		{"/customers/acme/cases?status=mitigator-notified", "Case List", "Case ID|Status|Received|Updated|Mitigation Server|Pattern ID|Endpoint|Download",
			"1-10293847|Threat Mitigator Notified About Pattern|2026-01-12 09:12:00 UTC 9 months ago|2026-01-20 09:12:00 UTC 9 months ago|tm-01|1, 2, 3|WS-004|WS-004.zip 47 KiB"},
		{"/customers/acme", "Pattern List", "Pattern ID|Type|File Name|Status|Version|Uploaded|Uploaded By|Description|Target Case ID|Resolved",
			"4|None|N/A|Not Applied|N/A|2026-01-21 09:12:00 UTC 9 months ago|Jane Doe|a false alarm|20260111-ws-005|Yes 2026-01-22 09:12:00 UTC 9 months ago"},
		{"/customers/acme/patterns?status=applied", "Pattern List", "Pattern ID|Type|File Name|Status|Version|Uploaded|Uploaded By|Description|Target Case ID|Resolved",
			"2|Bandage Pattern|lpt$vpn.123|Applied|6.123.45|2026-01-19 09:12:00 UTC 9 months ago|Jane Doe|for WS-004|1-10293847|No"},
		{"/nonconforming", "Nonconforming Endpoints", "Account|Endpoint|Open Cases|Last Threat Sample Received|Last Pattern Deployed|Last Result",
			"acme|ws-001|1|2026-01-15 09:12:00 UTC 9 months ago|N/A|N/A"},
		{"/customers/acme/nonconforming?q=ws-004", "Nonconforming Endpoints", "Account|Endpoint|Open Cases|Last Threat Sample Received|Last Pattern Deployed|Last Result",
			"acme|WS-004|1|2026-01-12 09:12:00 UTC 9 months ago|2026-01-24 09:12:00 UTC 9 months ago|Unsuccessful: mitigation timeout 2026-01-26 09:12:00 UTC 9 months ago"},
		{"/publishing", "Mitigators", "Account|Mitigation Server|State|Last Contact|Waiting Polls|Added",
			"acme|tm-01|waiting|2026-10-31 09:12:00 UTC 1 day ago|1|2026-01-05 09:12:00 UTC 10 months ago"},
	} {
		head, rows := s.page(one.path).table(t, one.title)
		if got := strings.Join(head, "|"); got != one.head {
			t.Errorf("%s: the columns of %s are %s", one.path, one.title, got)
		}
		if got := strings.Join(rows[0], "|"); got != one.first {
			t.Errorf("%s: the first row of %s is\n%s, want\n%s", one.path, one.title, got, one.first)
		}
	}
}

func TestACaseTellsAllThatIsKnown(t *testing.T) {
	s := town(t)
	a := s.page("/customers/acme/cases/20260112-ws-004")
	facts := a.facts()
	for name, want := range map[string]string{
		"Case ID": "1-10293847", "Key": "20260112-ws-004", "Status": "Threat Mitigator Notified About Pattern", "Received": "2026-01-12 09:12:00 UTC 9 months ago",
		"Updated": "2026-01-20 09:12:00 UTC 9 months ago", "Endpoint": "WS-004 all its cases", "Mitigation Server": "tm-01", "File Name": "WS-004.zip",
		"Size": "47 KiB 48,211 bytes", "File in git": "customers/acme/cases/2026-01/20260112-ws-004.yaml", "SHA-256": string(digestOf("WS-004"))[:10] + "… Copy",
	} {
		if facts[name] != want {
			t.Errorf("%s is %q, want %q", name, facts[name], want)
		}
	}
	commands := strings.Join(a.commands(), "\n")
	for _, line := range []string{
		"casebook pattern resolve acme/2", "casebook case download acme/20260112-ws-004", "casebook case close acme/20260112-ws-004 --reason TEXT",
		"casebook pattern withdraw acme/3 --reason TEXT", "casebook pattern reissue acme/1", "git log -p",
	} {
		if !strings.Contains(commands, line) {
			t.Errorf("no command %q in\n%s", line, commands)
		}
	}
	text := strings.Join(strings.Fields(textOf(a.doc)), " ")
	for _, words := range []string{
		"Next step, once the threat is gone:", "withdrawn: arrived broken", "not yet: entries acme/2, acme/3 are neither resolved nor withdrawn",
		"Applied by tm-01 at 2026-01-25T09:12:00Z, digest right, on ws-004: Resolved threats: All threats resolved",
		"upload pattern acme/1: Threat Sample Downloaded → Threat Mitigator Notified About Pattern", "failed pattern acme/3 (Unsuccessful: mitigation timeout)",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if at, then := strings.Index(text, "upload pattern acme/1"), strings.Index(text, "failed pattern acme/3"); at > then {
		t.Error("the newest event is not the last")
	}
	closed := s.page("/customers/acme/cases/20260111-ws-005").facts()
	if closed["Closing reason"] != "it was a false alarm" || closed["Status before"] != "New Case Received" || !strings.HasSuffix(closed["Closed"], "by Jane Doe <jane@acme.example>") {
		t.Errorf("the closed case: %v", closed)
	}
}

func TestTheTargetScreenTellsOfCaseAndEntry(t *testing.T) {
	s := town(t)
	for _, one := range []struct {
		path     string
		facts    map[string]string
		commands string
	}{
		{"/customers/acme/patterns/1", map[string]string{"Case ID": "1-10293847", "Resolved": "Not yet", "Mitigators are told of it": "No, it is withdrawn", "Issued again as": "Pattern 2"},
			"casebook pattern reissue acme/1|casebook pattern save acme/1"},
		{"/customers/acme/patterns/2", map[string]string{"Case ID": "1-10293847", "Received": "2026-01-12 09:12:00 UTC 9 months ago", "Endpoint": "WS-004", "Resolved": "Not yet",
			"Reissue of": "Pattern 1", "File Name": "lpt$vpn.123", "Size": "11 B", "Mitigators are told of it": "Yes", "Uploaded By": "Jane Doe <jane@acme.example>"},
			"casebook pattern resolve acme/2|casebook pattern withdraw acme/2 --reason TEXT|casebook pattern reissue acme/2|casebook pattern save acme/2"},
		{"/customers/acme/patterns/4", map[string]string{"Case ID": "20260111-ws-005 Case ID not issued yet", "Resolved": "Yes by Jane Doe, 2026-01-22 09:12:00 UTC 9 months ago",
			"Mitigators are told of it": "No, its case is closed", "Version": "N/A"},
			"casebook case reopen acme/20260111-ws-005 --reason TEXT"},
	} {
		a := s.page(one.path)
		facts := a.facts()
		for name, want := range one.facts {
			if facts[name] != want {
				t.Errorf("%s: %s is %q, want %q", one.path, name, facts[name], want)
			}
		}
		if got := strings.Join(a.commands(), "|"); !strings.HasPrefix(got, one.commands+"|git show") {
			t.Errorf("%s: the commands are %s", one.path, got)
		}
	}
}

// Each status has the commands that the table of moves has for it, and no others.
func TestCommandsAreThoseOfTheTable(t *testing.T) {
	for _, status := range casefile.Statuses {
		c := received("ws-001", 1)
		c.Status = status
		file := fileOf("a")
		entry := &casefile.Pattern{Account: "acme", ID: 7, Type: casefile.Bandage, File: &file}
		var verbs []string
		for _, one := range commandsFor(c, []*casefile.Pattern{entry}) {
			if !strings.HasPrefix(one.Line, "casebook case "+one.Verb+" ") && !strings.HasPrefix(one.Line, "casebook pattern "+one.Verb+" ") {
				t.Errorf("%s is typed %s", one.Verb, one.Line)
			}
			verbs = append(verbs, one.Verb)
		}
		var legal []string
		for _, v := range casefile.Legal(status) {
			legal = append(legal, string(v))
		}
		if strings.Join(verbs, " ") != strings.Join(legal, " ") {
			t.Errorf("%s: %v, want %v", status, verbs, legal)
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s := town(t)
	for _, path := range []string{
		"/nothing", "/customers", "/customers/", "/customers/acme/", "/customers/ACME", "/customers/nobody", "/customers/nobody/cases", "/customers/acme/cases/",
		"/customers/acme/cases/20260115-ws-999", "/customers/acme/cases/not-a-key", "/customers/acme/cases/20260115-ws-001/", "/customers/acme/cases/20260115-ws-001/x",
		"/customers/zenith/cases/20260115-ws-001", "/customers/acme/patterns/5", "/customers/acme/patterns/0", "/customers/acme/patterns/01", "/customers/acme/patterns/1.csv",
		"/customers/%2e%2e/cases", "/customers/acme%2fcases", "/history?at=zzzzzzz", "/history?at=0123456", "/history?at=HEAD", "/history?at=main", "/publishing.csv",
		"/customers/nobody/cases.csv", "/customers/nobody/history",
	} {
		if a := s.ask(http.MethodGet, path); a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}

func TestEmptyPagesSayWhatToType(t *testing.T) {
	s := emptySite(t)
	for _, path := range []string{"/", "/customers/acme", "/history", "/search?q=x", "/customers.csv"} {
		if a := s.ask(http.MethodGet, path); a.Code != http.StatusServiceUnavailable || !strings.Contains(a.Body.String(), "casebook init") {
			t.Errorf("before the first commit %s is %d", path, a.Code)
		}
	}
	if a := s.page("/publishing"); !strings.Contains(a.Body.String(), "nothing yet") {
		t.Errorf("before the first commit Publishing says %s", textOf(a.doc))
	}
	s.commit("", "begin", day(0), &casefile.Book{Format: 1, Branch: "main"})
	for path, command := range map[string]string{
		"/": "casebook customer add ACCOUNT --company NAME", "/nonconforming": "casebook case receive ACCOUNT --endpoint E --mitigator M --forensics FILE.zip",
		"/publishing/mitigators": "casebook mitigator add ACCOUNT NAME", "/search?q=x": "casebook case list",
	} {
		if got := strings.Join(s.page(path).commands(), "\n"); !strings.Contains(got, command) {
			t.Errorf("an empty %s has the commands %s", path, got)
		}
	}
	s.commit("", "add", day(1), &casefile.Customer{Account: "acme", Company: "Acme"})
	for path, command := range map[string]string{
		"/customers/acme": "casebook mitigator add acme NAME", "/customers/acme/cases": "casebook case receive acme --endpoint E --mitigator M --forensics FILE.zip",
		"/customers/acme/patterns": "casebook pattern none CASE --description D", "/customers/acme/nonconforming": "casebook case receive acme",
	} {
		if got := strings.Join(s.page(path).commands(), "\n"); !strings.Contains(got, command) {
			t.Errorf("an empty %s has the commands %s", path, got)
		}
	}
}

func TestPublishingTellsWhatIsWrong(t *testing.T) {
	s := town(t)
	s.standing.Refused = &Refused{strings.Repeat("ab", 20), casefile.Problems{{File: "customers/acme/cases/2026-01/x.yaml", Line: 3, Column: 9, Text: "status: unknown word", Hint: "write it out", Rule: casefile.RuleBadValue}}}
	s.standing.Rewound = &Rewound{strings.Repeat("1", 40), strings.Repeat("2", 40), day(299).Time()}
	s.attending.Pending = 7
	text := strings.Join(strings.Fields(textOf(s.page("/publishing").doc)), " ")
	for _, words := range []string{
		"The newest commit is refused. abababa has 1 problem; the last good one stays.", "customers/acme/cases/2026-01/x.yaml:3:9 status: unknown word write it out",
		"The branch was moved by force, from 1111111 to 2222222, 2026-10-31 09:12:00 UTC 1 day ago.", "Receipts pending7 answered, and not committed yet", "Polls held1",
		"1 of 2 mitigators applied it, 1 not yet", "1 of 2 mitigators failed, 1 not yet",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("the page does not say %q:\n%s", words, text)
		}
	}
	s.standing = Standing{Branch: "main", Trouble: "no such branch"}
	a := s.page("/publishing")
	if text := textOf(a.doc); !strings.Contains(text, "no mitigator is answered here") || !strings.Contains(text, "no such branch") || a.commands()[0] != "casebook serve" {
		t.Errorf("without a server: %s", text)
	}
}

func TestOfManyProblemsAPageTellsTheFirst(t *testing.T) {
	s := emptySite(t)
	wrong := make(casefile.Problems, 1234)
	for i := range wrong {
		wrong[i] = casefile.Problem{File: fmt.Sprintf("customers/acme/cases/2026-01/%d.yaml", i), Text: "status: unknown word", Rule: casefile.RuleBadValue}
	}
	s.standing.Refused = &Refused{strings.Repeat("ab", 20), wrong}
	for path, status := range map[string]int{"/": 503, "/history": 503, "/publishing": 200} {
		a := s.ask("GET", path)
		text := textOf(a.doc)
		if a.Code != status || !strings.Contains(text, "1,234 problems") || !strings.Contains(text, "and 1,034 more") {
			t.Errorf("%s: %d\n%s", path, a.Code, text)
		}
		if n := strings.Count(text, "unknown word"); n != 200 {
			t.Errorf("%s tells %d problems", path, n)
		}
	}
}

// Where nothing was fetched of what mitigators reported, "not yet" would be a guess.
func TestACloneSaysThatItKnowsNoReport(t *testing.T) {
	s := emptySite(t)
	s.commit("", "begin", day(1), &casefile.Book{Format: 1, Branch: "main"}, &casefile.Customer{Account: "acme", Company: "Acme Ltd"})
	s.standing = Standing{Branch: "main"}
	if commands := s.page("/publishing").commands(); !slices.Contains(commands, "git fetch origin deliveries") {
		t.Errorf("the commands are %q", commands)
	}
	s.standing.Serving = true
	if commands := s.page("/publishing").commands(); slices.Contains(commands, "git fetch origin deliveries") {
		t.Errorf("a server is told %q", commands)
	}
}
