package console

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"casebook/casefile"
	"casebook/repo"

	"github.com/dustin/go-humanize"
)

// chart is a picture with all that stands around it: the same numbers in words and as a
// table.
type chart struct {
	ID, Title, Words string
	Kind             string   // which room the picture needs at its sides
	Picture          *picture // nil where there is nothing to draw
	Key              []keyed
	Note             string // how the numbers are to be read
	Numbers          numbers
	CSV              string
}

// numbers are what a picture shows, as a table; the first cell of a row is its head.
type numbers struct {
	Heads []string
	Rows  [][]string
}

// keyed says which shape stands for what.
type keyed struct {
	Class, Texture, Title, Value string
}

// picture is a drawing in two measures: across in percent of its width and down in pixels. So
// it fits a phone and a wide screen alike, and its text keeps its size. What a shape looks
// like says its class.
type picture struct {
	Height int
	Clips  []clip
	Rules  []rule
	Areas  []area
	Dots   []dot
	Labels []label
	Ends   []ending
}

// percent is a place across a picture, from 0 at its left side to 100.
type percent float64

func (p percent) String() string { return decimal(float64(p), 2) + "%" }

// pixel is a place down a picture.
type pixel float64

func (p pixel) String() string { return decimal(float64(p), 1) }

// decimal is a number with no more decimals than it needs.
func decimal(f float64, decimals int) string {
	shift := math.Pow10(decimals)
	return strconv.FormatFloat(math.Round(f*shift)/shift+0, 'f', -1, 64) // + 0: there is no -0
}

// part is where a number lies between 0 and the most.
func part(n, most float64) percent {
	if most <= 0 {
		return 0
	}
	return percent(100 * n / most)
}

// rule is a straight line.
type rule struct {
	Class  string
	X1, X2 percent
	Y1, Y2 pixel
}

// area is a rectangle, or what a clip leaves of it.
type area struct {
	Class, Texture string
	X, Width       percent
	Y, Height      pixel
	Clip           string
}

// clip is a path in a rectangle whose sides are one long.
type clip struct{ ID, Path string }

type dot struct {
	Class string
	X     percent
	Y     pixel
}

// label is text; Shift moves it by pixels.
type label struct {
	Class, Text, Anchor string
	X                   percent
	Y, Shift            pixel
}

// ending names a band at the right side of a picture, where there is room for it.
type ending struct {
	Class, Texture string
	From, Y        pixel // where the band is, and where its name is put
	Lines          []string
}

// Line is where a line of the name is; Top is where the shape beside it begins.
func (e ending) Line(i int) pixel { return e.Y + 4 + pixel(i)*lineHeight }
func (e ending) Top() pixel       { return e.Y - 6 }

// textured are the statuses that are not drawn plain, so that they differ without colour.
var textured = []casefile.Status{casefile.AdministratorNotified, casefile.ThreatSampleDownloaded, casefile.MitigatorNotified}

func texture(s casefile.Status) string {
	if slices.Contains(textured, s) {
		return "texture-" + string(s)
	}
	return ""
}

func statusClass(s casefile.Status) string { return "s-" + string(s) }

// openStatuses are the statuses of a case that is not closed.
var openStatuses = slices.DeleteFunc(slices.Clone(casefile.Statuses), func(s casefile.Status) bool { return s == casefile.CaseClosed })

// openIn is how many of the counted cases are open.
func openIn(c repo.Count) (n int) {
	for _, s := range openStatuses {
		n += c.Of(s)
	}
	return n
}

// ticks are round numbers from 0 to one that is not below the most, and no more steps than
// said; there is always one step.
func ticks(most float64, steps int) []float64 {
	step := 1.0
	for i := 0; step*float64(steps) < most; i++ {
		step = []float64{1, 2, 5}[i%3] * math.Pow10(i/3)
	}
	all := []float64{0, step}
	for last := step; last < most; {
		last += step
		all = append(all, last)
	}
	return all
}

// brief is a number as an axis has room for it: 950, 1,500, 20k, 1.5M.
func brief(n float64) string {
	switch {
	case n >= 1e6:
		return decimal(n/1e6, 2) + "M"
	case n >= 1e4:
		return decimal(n/1e3, 2) + "k"
	}
	return humanize.Comma(int64(n))
}

// spread moves places apart until none is nearer to the next than a gap, and keeps them
// between 0 and the last. They are in order.
func spread(places []pixel, gap, last pixel) []pixel {
	moved := slices.Clone(places)
	for i := range moved {
		if i > 0 {
			moved[i] = max(moved[i], moved[i-1]+gap)
		}
	}
	for i := len(moved) - 1; i >= 0; i-- {
		limit := last
		if i < len(moved)-1 {
			limit = moved[i+1] - gap
		}
		moved[i] = min(moved[i], limit)
	}
	return moved
}

// folded is a text in lines of no more letters than said, if its words are not longer.
func folded(text string, letters int) []string {
	var lines []string
	for word := range strings.FieldsSeq(text) {
		if n := len(lines); n > 0 && len(lines[n-1])+1+len(word) <= letters {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
