package console

import (
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// column is one column of a list.
type column[R any] struct {
	name   string         // in the URL
	title  string         // on the page and in the CSV
	text   func(R) string // the cell as the CSV has it
	number func(R) int64  // by which the list is sorted; nil where it is sorted by the text
	newest bool           // sorted the other way round first, as times are
	extra  bool           // in the CSV alone
	count  bool           // a number to be compared with those above and below
}

// filter is one field of the form above a list.
type filter[R any] struct {
	name, label string
	choices     []choice // none: a field to type in
	fits        func(row R, value string) bool
}

// choice is one value of a filter, and what it is called.
type choice struct{ Value, Title string }

// list is rows with the columns they are shown, sorted and filtered by. It does not change;
// what takes long to find out about the rows is found out once.
type list[R any] struct {
	columns []column[R]
	filters []filter[R]
	rows    []R
	words   func(R) string // what a search looks at
	by      string         // the column by which the rows are sorted as they stand
	desc    bool           // the highest first

	mu     sync.Mutex
	orders map[string][]int32 // of rows by column, the lowest first
	picked map[choice][]bool  // rows that fit a filter's choice
	texts  *texts
}

// asked is what a URL asks of a list.
type asked struct {
	given url.Values // everything but the page
	words []string   // all of which have to be in a row, in lower case
	sort  string
	desc  bool
	page  int // from 1
}

// ask takes from a URL what the list knows, and nothing else.
func (l *list[R]) ask(q url.Values) asked {
	a := asked{given: url.Values{}, words: strings.Fields(strings.ToLower(q.Get("q"))), sort: l.by, desc: l.desc}
	keep := func(name string) {
		if v := strings.TrimSpace(q.Get(name)); v != "" {
			a.given.Set(name, v)
		}
	}
	keep("q")
	for _, f := range l.filters {
		keep(f.name)
	}
	if c := l.column(q.Get("sort")); c != nil {
		a.sort, a.desc = c.name, q.Get("order") == "desc"
		keep("sort")
		keep("order")
	}
	a.page, _ = strconv.Atoi(q.Get("page"))
	a.page = min(max(a.page, 1), 1<<24)
	return a
}

func (l *list[R]) column(name string) *column[R] {
	i := slices.IndexFunc(l.columns, func(c column[R]) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &l.columns[i]
}

// filtered reports whether less than all is asked for.
func (l *list[R]) filtered(a asked) bool {
	return len(a.words) > 0 || slices.ContainsFunc(l.filters, func(f filter[R]) bool { return a.given.Has(f.name) })
}

// found is the page of a list that was asked for.
type found[R any] struct {
	rows        []R
	total       int // rows that fit, on all pages
	page, pages int
}

// find is one page of so many rows; behind the last page is the last page.
func (l *list[R]) find(a asked, size int) found[R] {
	fit := l.fit(a)
	f := found[R]{total: len(l.rows)}
	if fit != nil {
		f.total = 0
		for _, fits := range fit {
			if fits {
				f.total++
			}
		}
	}
	f.pages = max(1, (f.total+size-1)/size)
	f.page = min(a.page, f.pages)
	skip := (f.page - 1) * size
	for r := range l.inOrder(a, fit) {
		if skip > 0 {
			skip--
			continue
		}
		if f.rows = append(f.rows, r); len(f.rows) == size {
			break
		}
	}
	return f
}

// all are the rows that fit what is asked, in the order asked for.
func (l *list[R]) all(a asked) iter.Seq[R] { return l.inOrder(a, l.fit(a)) }

func (l *list[R]) inOrder(a asked, fit []bool) iter.Seq[R] {
	at := l.walk(a)
	return func(yield func(R) bool) {
		for n := range l.rows {
			if i := at(n); (fit == nil || fit[i]) && !yield(l.rows[i]) {
				return
			}
		}
	}
}

// walk is where the row stands that comes at a place in the order asked for.
func (l *list[R]) walk(a asked) func(int) int {
	last := len(l.rows) - 1
	switch {
	case a.sort == l.by && a.desc == l.desc:
		return func(n int) int { return n }
	case a.sort == l.by:
		return func(n int) int { return last - n }
	}
	order := l.order(a.sort)
	if a.desc {
		return func(n int) int { return int(order[last-n]) }
	}
	return func(n int) int { return int(order[n]) }
}

// order is found when it is asked for the first time; rows that are equal by the column stay
// as they stand.
func (l *list[R]) order(name string) []int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.orders[name]; known != nil {
		return known
	}
	if l.orders == nil {
		l.orders = map[string][]int32{}
	}
	c := l.column(name)
	if c.number != nil {
		l.orders[name] = sortByNumber(len(l.rows), func(i int) int64 { return c.number(l.rows[i]) }, func(int, int) int { return 0 })
	} else {
		l.orders[name] = sortByText(len(l.rows), func(i int) string { return c.text(l.rows[i]) })
	}
	return l.orders[name]
}

// fit are the rows that are asked for; nil is all of them.
func (l *list[R]) fit(a asked) (fit []bool) {
	both := func(more []bool) {
		if fit == nil {
			fit = more
			return
		}
		together := make([]bool, len(fit))
		for i := range fit {
			together[i] = fit[i] && more[i]
		}
		fit = together
	}
	for _, f := range l.filters {
		if value := a.given.Get(f.name); value != "" {
			both(l.pick(f, value))
		}
	}
	for _, word := range a.words {
		both(l.read().with(word))
	}
	return fit
}

// pick are the rows that fit a filter's value. Those of its choices are remembered.
func (l *list[R]) pick(f filter[R], value string) []bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := choice{f.name, value}
	if known := l.picked[key]; known != nil {
		return known
	}
	fit := make([]bool, len(l.rows))
	for i, r := range l.rows {
		fit[i] = f.fits(r, value)
	}
	if slices.ContainsFunc(f.choices, func(c choice) bool { return c.Value == value }) {
		if l.picked == nil {
			l.picked = map[choice][]bool{}
		}
		l.picked[key] = fit
	}
	return fit
}

// read is what stands in the rows.
func (l *list[R]) read() *texts {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.texts == nil {
		l.texts = newTexts(len(l.rows), func(i int) string { return l.words(l.rows[i]) })
	}
	return l.texts
}
