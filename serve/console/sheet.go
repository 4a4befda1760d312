package console

import (
	"cmp"
	"maps"
	"net/url"
	"strings"

	"casebook/casefile"

	"github.com/dustin/go-humanize"
)

// How many rows a list has on a page of its own, and on one that shows other things too.
const (
	fullPage = 50
	preview  = 25
)

// sheet is one page of a list, as templates need it.
type sheet struct {
	ID, Title string // in the page; for people
	Account   casefile.Account
	Noun      string // what a row is, for counting
	URL       string // of the whole list
	Preview   bool   // the page shows other things too, and the list has one of its own
	Heads     []head
	Fields    []field
	Query     string
	Hidden    []choice // what the form must not lose
	Rows      any
	Shown     int
	Total     int    // rows of the list, whether they fit or not
	Count     string // in words
	Filtered  bool
	Clear     string // where all is shown again
	CSV       string
	Pager     pager
}

// head is the head of a column.
type head struct {
	Title, URL string // sorts by it
	Sorted     string // ascending, descending, or ""
	Number     bool   // aligned as numbers are
}

// columns are the heads of a short table, which is not sorted.
func columns(title string, heads ...string) sheet {
	s := sheet{Title: title}
	for _, h := range heads {
		s.Heads = append(s.Heads, head{Title: h})
	}
	return s
}

// field is one field of the form above a list.
type field struct {
	Name, Label, Value string
	Choices            []choice // none: a field to type in
}

// sheetOf shows the part of the list that the URL asks for, each row made ready by show.
func sheetOf[R, V any](r *request, l *list[R], s sheet, show func(R) V) sheet {
	a, size := l.ask(r.QueryParams()), fullPage
	if s.Preview {
		a, size = l.ask(nil), preview
	}
	f := l.find(a, size)
	rows := make([]V, len(f.rows))
	for i, row := range f.rows {
		rows[i] = show(row)
	}
	s.Rows, s.Shown, s.Total = rows, len(rows), len(l.rows)
	s.Query, s.Filtered = a.given.Get("q"), l.filtered(a)
	s.CSV = a.link(cmp.Or(s.CSV, s.URL+".csv"))
	s.Heads, s.Fields = l.heads(a, s.URL), l.fields(a)
	s.count(f.total, (f.page-1)*size)
	sorted := asked{given: url.Values{}}
	for _, name := range []string{"sort", "order"} {
		if v := a.given.Get(name); v != "" {
			s.Hidden = append(s.Hidden, choice{name, v})
			sorted.given.Set(name, v)
		}
	}
	s.Clear = sorted.link(s.URL)
	if !s.Preview {
		s.Pager = newPager(a, s, f.page, f.pages)
	}
	return s
}

// count says how much of the list is shown.
func (s *sheet) count(fit, before int) {
	s.Count = plural(s.Total, s.Noun)
	if s.Filtered {
		s.Count = comma(fit) + " of " + s.Count
	}
	if s.Shown < fit {
		s.Count = comma(before+1) + "–" + comma(before+s.Shown) + " of " + s.Count
	}
}

func comma(n int) string { return humanize.Comma(int64(n)) }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		noun = stem + "ie"
	}
	return comma(n) + " " + noun + "s"
}

// heads are the list's columns; each link sorts by one, or turns the order round.
func (l *list[R]) heads(a asked, path string) []head {
	var heads []head
	for _, c := range l.columns {
		if c.extra {
			continue
		}
		h, desc := head{Title: c.title, Number: c.count}, c.newest
		if c.name == a.sort {
			h.Sorted, desc = "ascending", !a.desc
			if a.desc {
				h.Sorted = "descending"
			}
		}
		order := "asc"
		if desc {
			order = "desc"
		}
		h.URL = a.link(path, "sort", c.name, "order", order)
		heads = append(heads, h)
	}
	return heads
}

// fields are the list's filters, filled with what was asked.
func (l *list[R]) fields(a asked) []field {
	fields := make([]field, len(l.filters))
	for i, f := range l.filters {
		fields[i] = field{f.name, f.label, a.given.Get(f.name), f.choices}
	}
	return fields
}

// link is a path that asks the same, but for some names and their values; a value "" is not
// asked for.
func (a asked) link(path string, but ...string) string {
	q := maps.Clone(a.given)
	for i := 0; i < len(but); i += 2 {
		q.Del(but[i])
		if but[i+1] != "" {
			q.Set(but[i], but[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
