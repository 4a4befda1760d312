package console

import (
	"html/template"

	"casebook/casefile"
)

// Times and statuses stand in every row, and nothing that a person typed stands in them: they
// are made here, for escaping what needs none is most of the work of a page.

// HTML is the time as a page shows it.
func (m moment) HTML() template.HTML {
	if m.At.IsZero() {
		return `<span class="na">N/A</span>`
	}
	at := m.At.String() // 2026-11-23T09:12:00Z
	return template.HTML(`<time class="when" datetime="` + at + `"><span class="day">` + at[:10] + `</span> <span class="clock">` + at[11:19] + ` UTC</span> <span class="ago">` + m.Ago + `</span></time>`)
}

// statusTitle is a status of a case or of an entry.
type statusTitle interface{ Title() string }

// marks are all statuses as a page shows them.
var marks = func() map[statusTitle]template.HTML {
	all := map[statusTitle]template.HTML{}
	add := func(s statusTitle, word string) {
		all[s] = template.HTML(`<span class="status" data-status="` + word + `">` + s.Title() + `</span>`)
	}
	for _, s := range casefile.Statuses {
		add(s, string(s))
	}
	for _, s := range casefile.PatternStatuses {
		add(s, string(s))
	}
	return all
}()

func mark(s statusTitle) template.HTML { return marks[s] }
