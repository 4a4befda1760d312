package console

import (
	"fmt"
	"strings"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// point is how many cases there were at a moment.
type point struct {
	at time.Time
	repo.Count
}

const (
	plotHeight = 220.0
	plotTop    = 10.0 // room for half a label
	lineHeight = 16.0 // of labels
)

// drawOpen draws how many cases were open: a band for each status, one on the other, newest
// on top. Each point is drawn from the point before it; the first from where the time begins.
func drawOpen(id string, begin time.Time, points []point) *picture {
	end := points[len(points)-1].at
	most := 0
	for _, p := range points {
		most = max(most, openIn(p.Count))
	}
	rungs := ticks(float64(most), 4)
	scale := canvas{begin, end, rungs[len(rungs)-1]}
	p := &picture{Height: int(plotTop + plotHeight + 2*lineHeight)}
	p.rungs(rungs)
	p.calendar(scale)
	below := make([]float64, len(points))
	for i := len(openStatuses) - 1; i >= 0; i-- {
		s := openStatuses[i]
		above, any := make([]float64, len(points)), false
		for j := range points {
			n := points[j].Of(s)
			above[j], any = below[j]+float64(n), any || n > 0
		}
		if any {
			p.band(id, s, scale.band(points, below, above))
			last := len(points) - 1
			p.name(s, points[last].Of(s), pixel(plotTop+plotHeight*(1-(below[last]+above[last])/2/scale.top)))
		}
		below = above
	}
	p.spreadEnds()
	return p
}

func (p *picture) rungs(rungs []float64) {
	for _, n := range rungs {
		y := pixel(plotTop + plotHeight*(1-n/rungs[len(rungs)-1]))
		class := "grid"
		if n == 0 {
			class = "axis"
		}
		p.Rules = append(p.Rules, rule{Class: class, X2: 100, Y1: y, Y2: y})
		p.Labels = append(p.Labels, label{Class: "label", Text: brief(n), Anchor: "end", Y: y + 4, Shift: -8})
	}
}

// band is the shape of a status; its texture is clipped alike.
func (p *picture) band(id string, s casefile.Status, path string) {
	c := clip{id + "-" + string(s), path}
	p.Clips = append(p.Clips, c)
	p.Areas = append(p.Areas, area{Class: "area " + statusClass(s), Texture: texture(s), Width: 100, Y: plotTop, Height: plotHeight, Clip: c.ID})
}

// name puts the name of a band at its end. Bands come from the lowest upwards.
func (p *picture) name(s casefile.Status, n int, y pixel) {
	lines := folded(comma(n)+" "+s.Title(), 26)
	p.Ends = append([]ending{{Class: statusClass(s), Texture: texture(s), From: y, Lines: lines}}, p.Ends...)
}

func (p *picture) spreadEnds() {
	places := make([]pixel, len(p.Ends))
	for i, e := range p.Ends {
		places[i] = e.From - pixel(len(e.Lines)-1)*lineHeight/2
	}
	for i, y := range spread(places, 2*lineHeight+4, plotTop+plotHeight-lineHeight) {
		p.Ends[i].Y = y
	}
}

// canvas is what the sides of the picture stand for.
type canvas struct {
	begin, end time.Time
	top        float64
}

func (c canvas) across(t time.Time) float64 {
	if all := c.end.Sub(c.begin); all > 0 {
		return float64(t.Sub(c.begin)) / float64(all)
	}
	return 0
}

// band is the path around all that lies between two heights: along the upper one and back
// along the lower one.
func (c canvas) band(points []point, below, above []float64) string {
	var d strings.Builder
	height := func(n float64) string { return decimal(1-n/c.top, 4) }
	d.WriteString("M0 " + height(above[0]))
	for i := range points {
		if i == len(points)-1 || above[i+1] != above[i] {
			d.WriteString("H" + decimal(c.across(points[i].at), 4))
			if i < len(points)-1 {
				d.WriteString("V" + height(above[i+1]))
			}
		}
	}
	for i := len(points) - 1; i >= 0; i-- {
		if i == len(points)-1 || below[i] != below[i+1] {
			if i < len(points)-1 {
				d.WriteString("H" + decimal(c.across(points[i].at), 4))
			}
			d.WriteString("V" + height(below[i]))
		}
	}
	d.WriteString("H0Z")
	return d.String()
}

// calendar are the days, weeks, months or years under the picture. Where it is narrow only
// some of them are named.
func (p *picture) calendar(c canvas) {
	marks, layout := dates(c.begin, c.end, 8)
	every := (len(marks) + 3) / 4
	for i, t := range marks {
		x := percent(100 * c.across(t))
		class := "label"
		if (len(marks)-1-i)%every != 0 {
			class += " more"
		}
		p.Rules = append(p.Rules, rule{Class: "axis", X1: x, X2: x, Y1: plotTop + plotHeight, Y2: plotTop + plotHeight + 5})
		p.Labels = append(p.Labels, label{Class: class, Text: t.Format(layout), Anchor: "middle", X: x, Y: plotTop + plotHeight + lineHeight + 4})
	}
}

// spacing is how far apart two dates under a picture are.
type spacing struct {
	years, months, days, hours int
	layout                     string
}

var spacings = []spacing{
	{hours: 1, layout: "15:04"}, {hours: 3, layout: "15:04"}, {hours: 6, layout: "2 Jan 15:04"}, {hours: 12, layout: "2 Jan 15:04"},
	{days: 1, layout: "2 Jan"}, {days: 2, layout: "2 Jan"}, {days: 7, layout: "2 Jan"}, {days: 14, layout: "2 Jan"},
	{months: 1, layout: "Jan 2006"}, {months: 2, layout: "Jan 2006"}, {months: 3, layout: "Jan 2006"}, {months: 6, layout: "Jan 2006"},
	{years: 1, layout: "2006"}, {years: 2, layout: "2006"}, {years: 5, layout: "2006"}, {years: 10, layout: "2006"},
}

// dates are no more dates between two times than said, as near to each other as that allows,
// and how to write them.
func dates(begin, end time.Time, most int) ([]time.Time, string) {
	for _, s := range spacings {
		var marks []time.Time
		for t := s.first(begin); !t.After(end) && len(marks) <= most; t = s.next(t) {
			if !t.Before(begin) {
				marks = append(marks, t)
			}
		}
		if len(marks) <= most {
			return marks, s.layout
		}
	}
	return nil, ""
}

// first is a date not after a time from which the dates count: midnight, a Monday, a January.
func (s spacing) first(t time.Time) time.Time {
	t = t.UTC()
	year, month, day := t.Date()
	switch {
	case s.years > 0:
		return time.Date(year-year%s.years, 1, 1, 0, 0, 0, 0, time.UTC)
	case s.months > 0:
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	case s.days > 1:
		days := int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400) + 3 // since a Monday
		return time.Date(year, month, day-days%s.days, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func (s spacing) next(t time.Time) time.Time {
	return t.AddDate(s.years, s.months, s.days).Add(time.Duration(s.hours) * time.Hour)
}

// dayOf is how a date is told in words.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// openWords tells what the picture of open cases shows.
func openWords(points []point) string {
	last := points[len(points)-1]
	most := last
	for _, p := range points {
		if openIn(p.Count) > openIn(most.Count) {
			most = p
		}
	}
	if openIn(most.Count) == 0 {
		return "No case was open in the time shown."
	}
	words := plural(openIn(last.Count), "open case") + " today"
	switch n := last.Of(casefile.NewCaseReceived); {
	case n > 0 && openIn(last.Count) == 1:
		words += ", a new one"
	case n > 0 && openIn(last.Count) == n:
		words += ", all of them new"
	case n > 0:
		words += fmt.Sprintf(", %s of them new", comma(n))
	}
	if most.at.Equal(last.at) {
		return words + "; there were never more in the time shown."
	}
	return words + fmt.Sprintf("; the most were %s on %s.", comma(openIn(most.Count)), dayOf(most.at))
}
