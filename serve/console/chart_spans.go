package console

import (
	"fmt"
	"time"
)

// drawMonths draws how long things took: for each month a dot where half of them were done,
// and a line from there to where nine of ten were.
func drawMonths(months []month) *picture {
	most := time.Duration(0)
	for _, m := range months {
		most = max(most, m.tail)
	}
	rungs := durations(most)
	top := float64(rungs[len(rungs)-1])
	height := pixel(rowHeight * float64(len(months)))
	p := &picture{Height: int(height + lineHeight + 8)}
	places := make([]float64, len(rungs))
	for i, d := range rungs {
		places[i] = float64(d)
	}
	p.columns(places, top, height, func(n float64) string { return unit(time.Duration(n), rungs[1]) })
	for i, m := range months {
		y := pixel(rowHeight * (float64(i) + .5))
		p.Labels = append(p.Labels, label{Class: "label", Text: m.first.Format("Jan 2006"), Anchor: "end", Y: y + 4, Shift: -8})
		p.Labels = append(p.Labels, label{Class: "value", Text: brief(float64(m.count)), X: 100, Y: y + 4, Shift: 12})
		if m.count == 0 {
			continue
		}
		from, to := part(float64(m.median), top), part(float64(m.tail), top)
		p.Rules = append(p.Rules,
			rule{Class: "line", X1: from, X2: to, Y1: y, Y2: y},
			rule{Class: "line", X1: to, X2: to, Y1: y - 7, Y2: y + 7})
		p.Dots = append(p.Dots, dot{"dot", from, y})
	}
	return p
}

// monthWords tells what a picture of months shows.
func monthWords(months []month, done string) string {
	all, last := 0, month{}
	for _, m := range months {
		all += m.count
		if m.count > 0 {
			last = m
		}
	}
	return fmt.Sprintf("%s %s since %s. In %s it took half of them no longer than %s, and nine of ten no longer than %s.",
		plural(all, "case"), done, months[0].first.Format("January 2006"), last.first.Format("January 2006"), lasting(last.median), lasting(last.tail))
}
