package console

import (
	"strings"

	"casebook/casefile"
	"casebook/repo"
)

// eventLine is an event as a timeline tells it.
type eventLine struct {
	repo.Event
	When  moment
	By    string // who did it, without the address
	About link   // without a URL where there is nothing any more
	Seal  string // what its signature is worth; "" where it has none
}

// timeline tells events; about is what they're all about, which is not said again.
func (r *request) timeline(events []repo.Event, of repo.Subject) []eventLine {
	lines := make([]eventLine, len(events))
	for i, e := range events {
		lines[i] = eventLine{e, r.moment(e.When), nameOf(e.Author), r.about(e, of), seal(e.Signature)}
	}
	return lines
}

// about is what an event is about, as far as the page does not say so already.
func (r *request) about(e repo.Event, of repo.Subject) link {
	b := book{Holdings: r.Customers[e.Account]}
	known := b.Holdings != nil
	switch {
	case e.Pattern != 0 && of.Pattern != e.Pattern:
		l := link{Text: e.About()}
		if of.Case != "" {
			l.Text = "pattern " + casefile.PatternRef{Account: e.Account, ID: e.Pattern}.String()
		}
		if known && b.Patterns[e.Pattern] != nil {
			l.URL = b.patternURL(e.Pattern)
		}
		return l
	case e.Case != "" && of.Case != e.Case && of.Pattern == 0:
		l := link{Text: e.About()}
		if known && b.Cases.Get(e.Case) != nil {
			l.URL = b.caseURL(e.Case)
		}
		return l
	case e.Case == "" && e.Pattern == 0:
		l := link{Text: e.File}
		if known {
			l.URL = b.url("")
		}
		return l
	}
	return link{}
}

func seal(signature string) string {
	if strings.HasPrefix(signature, "unsigned") {
		return ""
	}
	return signature
}
