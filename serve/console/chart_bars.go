package console

import (
	"strings"

	"casebook/casefile"
)

// bar is a row of a picture: how many cases of each status.
type bar struct {
	title string
	said  string // how the title is told in a sentence
	of    [5]int // in the order of casefile.Statuses; none is closed
}

func (b bar) sum() (n int) {
	for _, of := range b.of {
		n += of
	}
	return n
}

const (
	barHeight = 20.0
	rowHeight = 32.0
)

// drawBars draws rows of bars. The bar of a row begins where its title ends and is made of a
// piece for each status.
func drawBars(rows []bar) *picture {
	most := 0
	for _, row := range rows {
		most = max(most, row.sum())
	}
	rungs := ticks(float64(most), 4)
	top := rungs[len(rungs)-1]
	p := &picture{Height: int(rowHeight*float64(len(rows)) + lineHeight + 8)}
	p.columns(rungs, top, pixel(rowHeight*float64(len(rows))), brief)
	for i, row := range rows {
		y, x := pixel(rowHeight*float64(i)+(rowHeight-barHeight)/2), percent(0)
		p.Labels = append(p.Labels, label{Class: "label", Text: row.title, Anchor: "end", Y: y + barHeight/2 + 4, Shift: -8})
		for j, s := range casefile.Statuses {
			if width := part(float64(row.of[j]), top); width > 0 {
				p.Areas = append(p.Areas, area{Class: "bar " + statusClass(s), Texture: texture(s), X: x, Width: width, Y: y, Height: barHeight})
				x += width
			}
		}
		p.Labels = append(p.Labels, label{Class: "value", Text: brief(float64(row.sum())), X: x, Y: y + barHeight/2 + 4, Shift: 6})
	}
	return p
}

// columns are the lines across rows, with their numbers below.
func (p *picture) columns(rungs []float64, top float64, height pixel, name func(float64) string) {
	for i, n := range rungs {
		class, named := "grid", "label"
		last := len(rungs) - 1
		switch {
		case i == 0:
			class = "axis"
		case i < last && last > 2 && (last%2 != 0 || i%2 != 0): // too many where it is narrow
			named += " more"
		}
		x := part(n, top)
		p.Rules = append(p.Rules, rule{Class: class, X1: x, X2: x, Y2: height})
		p.Labels = append(p.Labels, label{Class: named, Text: name(n), Anchor: "middle", X: x, Y: height + lineHeight})
	}
}

// barWords tells what a picture of bars shows.
func barWords(rows []bar) string {
	var words []string
	for _, row := range rows {
		if n := row.sum(); n > 0 {
			words = append(words, comma(n)+" "+row.said)
		}
	}
	if len(words) == 0 {
		return "No case is open."
	}
	return "Open cases: " + strings.Join(words, ", ") + "."
}

// Bar draws how far an entry has come: a piece for each status, as long as there are
// mitigators that stand there. The pieces differ in shape: what was applied is full, what was
// downloaded is half full, what failed is crossed out, and what is not there yet is empty.
func (p progress) Bar() *picture {
	const height = 14.0
	drawn := &picture{Height: height}
	x := percent(0)
	for _, status := range furthest {
		width := part(float64(p.Counts[status]), float64(len(p.Stations)))
		if width == 0 {
			continue
		}
		class := "p-" + string(status)
		whole := area{Class: "piece " + class, X: x, Width: width, Height: height}
		drawn.Areas = append(drawn.Areas, whole)
		switch status {
		case casefile.Downloaded:
			drawn.Areas = append(drawn.Areas, area{Class: "bar " + class, X: x, Width: width, Y: height / 2, Height: height / 2})
		case casefile.Failed:
			for _, ends := range [][2]pixel{{0, height}, {height, 0}} {
				drawn.Rules = append(drawn.Rules, rule{Class: "line " + class, X1: x, X2: x + width, Y1: ends[0], Y2: ends[1]})
			}
		}
		x += width
	}
	return drawn
}
