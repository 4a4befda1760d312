package console

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// figuresPage is the pictures of one customer, or of all together.
type figuresPage struct {
	Company  string // of the customer; "" where it is about all
	URL      string
	Cases    int
	Open     *chart // nil until it is counted
	Trouble  string // why it cannot be
	Ages     *chart
	Spans    []*chart
	Accounts []link // of the customers
}

// figured is what pictures are made of.
type figured struct {
	of    []casefile.Account              // nil: all that are or ever were there
	known map[casefile.Account]repo.Count // of now, for all customers
	*ledger
	*course // nil until it is counted
}

// figured is what the pictures of the customer that the URL names are made of, or of all
// together, and their name.
func (k *Console) figured(r *request) (f figured, name string, err error) {
	f.known = map[casefile.Account]repo.Count{}
	var of []*ledger
	for _, b := range k.books(r) {
		of, f.known[b.Account] = append(of, b.ledger()), b.ledger().count
	}
	if r.Param("account") == "" {
		f.ledger = k.total.add(of)
		return f, "figures", nil
	}
	b, err := k.bookAsked(r)
	if err != nil {
		return f, "", err
	}
	f.of, f.ledger = []casefile.Account{b.Account}, b.ledger()
	return f, string(b.Account) + "-figures", nil
}

// figures are the pictures of a customer, or of all together.
func (k *Console) figures(r *request) (*view, error) {
	f, _, err := k.figured(r)
	if err != nil {
		return nil, err
	}
	v := &view{name: "figures", title: "Figures"}
	p := figuresPage{URL: "/figures"}
	course, trouble := k.course(r, f.known)
	f.course = course
	switch {
	case f.of != nil:
		b, _ := k.book(r, f.of[0]) // it is there
		v.title, v.trail = "Figures · "+string(b.Account), []crumb{home, b.crumb()}
		p.URL, p.Company = b.url("/figures"), b.Customer.Company
	case course != nil:
		f.of = course.accounts(f.known)
	}
	if p.Company == "" {
		for _, a := range slices.Sorted(maps.Keys(f.known)) {
			p.Accounts = append(p.Accounts, link{string(a), "/customers/" + string(a) + "/figures"})
		}
	}
	v.data = p.fill(r, f, trouble)
	return v, nil
}

func (p figuresPage) fill(r *request, f figured, trouble error) figuresPage {
	for _, n := range f.count {
		p.Cases += n
	}
	if trouble != nil {
		p.Trouble = trouble.Error()
	}
	if f.course != nil {
		p.Open = openChart(p.URL, r.now, f)
	}
	p.Ages = ageChart(p.URL, byAge(f.open, r.now))
	if months := f.answered.months(); len(months) > 0 {
		p.Spans = append(p.Spans, spanChart(r.now, p.URL, "answered", "Time from received to pattern", months))
	}
	if months := f.resolved.months(); len(months) > 0 {
		p.Spans = append(p.Spans, spanChart(r.now, p.URL, "resolved", "Time from received to resolved", months))
	}
	return p
}

// reach says from when the commits tell, where the picture does not begin with them.
func (c *course) reach() string {
	switch {
	case c.cut:
		return fmt.Sprintf("This is a shallow clone: its history begins on %s, and of the time before nothing is known here.", dayOf(c.began))
	case c.begin.After(c.began):
		return fmt.Sprintf("The commits go back to %s.", dayOf(c.began))
	}
	return ""
}

func openChart(url string, now time.Time, f figured) *chart {
	begin, points := f.points(f.of, now, f.count)
	c := &chart{ID: "open", Title: "Open cases by status", Words: openWords(points), Kind: "time", Note: f.course.reach(), CSV: url + "/open.csv"}
	layout := time.DateOnly
	if now.Sub(begin) < youngest+oneDay {
		layout = "2006-01-02 15:04"
	}
	shown := shownStatuses(points)
	if len(shown) > 0 {
		c.Picture = drawOpen(c.ID, begin, points)
	}
	c.Numbers.Heads = []string{"Until"}
	for _, s := range shown {
		c.Numbers.Heads = append(c.Numbers.Heads, s.Title())
	}
	c.Numbers.Heads = append(c.Numbers.Heads, "Open")
	for i, p := range slices.Backward(points) {
		row := []string{p.at.UTC().Format(layout)}
		if i == len(points)-1 {
			row[0] = "now"
		}
		for _, s := range shown {
			row = append(row, comma(p.Of(s)))
		}
		c.Numbers.Rows = append(c.Numbers.Rows, append(row, comma(openIn(p.Count))))
	}
	for _, s := range shown {
		c.Key = append(c.Key, keyed{statusClass(s), texture(s), s.Title(), comma(f.count.Of(s))})
	}
	return c
}

// shownStatuses are those in which a case stood in the time shown.
func shownStatuses(points []point) []casefile.Status {
	return slices.DeleteFunc(slices.Clone(openStatuses), func(s casefile.Status) bool {
		return !slices.ContainsFunc(points, func(p point) bool { return p.Of(s) > 0 })
	})
}

func ageChart(url string, rows []bar) *chart {
	c := &chart{ID: "age", Title: "Age of open cases", Words: barWords(rows), Kind: "bars", CSV: url + "/age.csv"}
	c.Numbers.Heads = []string{"Age"}
	var shown []int
	for i, s := range casefile.Statuses {
		n := 0
		for _, row := range rows {
			n += row.of[i]
		}
		if n > 0 {
			shown = append(shown, i)
			c.Key = append(c.Key, keyed{statusClass(s), texture(s), s.Title(), comma(n)})
			c.Numbers.Heads = append(c.Numbers.Heads, s.Title())
		}
	}
	if len(shown) > 0 {
		c.Picture = drawBars(rows)
	}
	c.Numbers.Heads = append(c.Numbers.Heads, "Open")
	for _, row := range rows {
		cells := []string{row.title}
		for _, i := range shown {
			cells = append(cells, comma(row.of[i]))
		}
		c.Numbers.Rows = append(c.Numbers.Rows, append(cells, comma(row.sum())))
	}
	return c
}

// shownMonths is how many months a picture has at most.
const shownMonths = 12

func spanChart(now time.Time, url, done, title string, months []month) *chart {
	months = months[max(0, len(months)-shownMonths):]
	c := &chart{ID: done, Title: title, Words: monthWords(months, done), Kind: "months", Picture: drawMonths(months), CSV: url + "/" + done + ".csv",
		Key:  []keyed{{Class: "dot", Title: "half of the cases"}, {Class: "line", Title: "nine of ten"}},
		Note: "By the month in which a case was " + done + ", with the number of cases at the right."}
	if last := months[len(months)-1].first; last.Equal(firstOfMonth(now)) {
		c.Note += " " + last.Month().String() + " is not over."
	}
	c.Numbers.Heads = []string{"Month", "Cases", "Half in", "Nine of ten in"}
	for _, m := range slices.Backward(months) {
		row := []string{m.first.Format("2006-01"), comma(m.count), "–", "–"}
		if m.count > 0 {
			row[2], row[3] = lasting(m.median), lasting(m.tail)
		}
		c.Numbers.Rows = append(c.Numbers.Rows, row)
	}
	return c
}
