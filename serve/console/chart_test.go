package console

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

var (
	updatePictures = flag.Bool("update-pictures", false, "rewrite the expected pictures in testdata")
	showPictures   = flag.String("pictures", "", "write the pictures into a page in this folder, to be looked at")
)

var today = time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC)

// ups are points that go up and down by a law of their own, from the times at which a history
// of that age is counted.
func ups(old time.Duration, most int) figured {
	began := today.Add(-old)
	begin, asked := moments(began, today)
	c := &course{began: began, begin: begin, asked: asked}
	seed := uint32(old/time.Hour) + 7
	next := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % max(n, 1)
	}
	var count repo.Count
	for _, at := range append(slices.Clone(asked), today) {
		for i := range count {
			count[i] = max(0, count[i]+next(most/2+2)-most/4)
			count[i] = min(count[i], most/(i+1)+1)
		}
		c.moments = append(c.moments, repo.Moment{At: at, Commit: "x", Customers: map[casefile.Account]repo.Count{"acme": count}})
	}
	c.moments = c.moments[:len(asked)]
	return figured{of: []casefile.Account{"acme"}, ledger: &ledger{count: count}, course: c}
}

func oneCase() figured {
	f := ups(0, 0)
	f.course.moments = nil
	f.count = repo.Count{1}
	return f
}

func someMonths(n int, scale time.Duration) []month {
	var all []span
	for i := range n * 40 {
		done := today.AddDate(0, -(i % n), -i%20)
		if n > 3 && i%n == 2 {
			continue
		}
		all = append(all, span{casefile.At(done), scale * time.Duration(i*i%97+3+i%n)})
	}
	return byMonth(all)
}

func someBars(counts ...int) []bar {
	rows := byAge(nil, today)
	for i, n := range counts {
		rows[i%len(rows)].of[i%4] += n
	}
	return rows
}

func delivered(applied, failed, downloaded, waiting int) progress {
	p := progress{Counts: map[casefile.PatternStatus]int{casefile.Applied: applied, casefile.Failed: failed, casefile.Downloaded: downloaded, casefile.NotApplied: waiting}}
	p.Stations = make([]atStation, applied+failed+downloaded+waiting)
	return p
}

// pictured are the charts that are held against testdata.
func pictured() map[string]any {
	all := map[string]any{
		"open-three-days":    openChart("/figures", today, ups(70*time.Hour, 9)),
		"open-a-quarter":     openChart("/figures", today, ups(80*oneDay, 30)),
		"open-three-years":   openChart("/figures", today, ups(3*365*oneDay, 400)),
		"open-a-million":     openChart("/figures", today, ups(40*oneDay, 1_000_000)),
		"open-one":           openChart("/figures", today, oneCase()),
		"age":                ageChart("/figures", someBars(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9)),
		"age-a-million":      ageChart("/figures", someBars(1, 0, 40, 0, 1_000_000, 300_000, 0, 0, 5)),
		"months":             spanChart(today, "/figures", "answered", "Time from received to pattern", someMonths(12, time.Hour)),
		"months-one":         spanChart(today, "/figures", "resolved", "Time from received to resolved", someMonths(1, time.Second)),
		"months-years":       spanChart(today, "/figures", "resolved", "Time from received to resolved", someMonths(30, 9*oneDay)),
		"progress":           delivered(2, 1, 3, 1),
		"progress-applied":   delivered(1, 0, 0, 0),
		"progress-thousands": delivered(9000, 1, 500, 2000),
	}
	for name, c := range all {
		if c, ok := c.(*chart); ok { // so that all may stand on one page
			c.ID = name
			for i := range c.Picture.Clips {
				c.Picture.Clips[i].ID = name + c.Picture.Clips[i].ID
			}
			for i, a := range c.Picture.Areas {
				if a.Clip != "" {
					c.Picture.Areas[i].Clip = name + a.Clip
				}
			}
		}
	}
	return all
}

func drawn(t *testing.T, c any) string {
	t.Helper()
	name := "chart"
	if _, ok := c.(progress); ok {
		name = "progress"
	}
	var b bytes.Buffer
	if err := templates()["figures"].ExecuteTemplate(&b, name, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPicturesAreAsTheyWereLookedAt(t *testing.T) {
	for name, c := range pictured() {
		t.Run(name, func(t *testing.T) {
			html := drawn(t, c)
			svg := html[strings.Index(html, `<svg class="picture`):]
			svg = svg[:strings.LastIndex(svg, "</svg>")+len("</svg>")]
			if cut := strings.Index(svg, "</svg></div>"); cut > 0 {
				svg = svg[:cut+len("</svg>")]
			}
			file := filepath.Join("testdata", "pictures", name+".svg")
			if *updatePictures {
				if err := os.WriteFile(file, []byte(svg+"\n"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(want) != svg+"\n" {
				t.Errorf("the picture is another one; look at it with -pictures, and then use -update-pictures\n%s", svg)
			}
		})
	}
}

// TestShowPictures writes a page for people.
func TestShowPictures(t *testing.T) {
	if *showPictures == "" {
		t.Skip("asked for with -pictures DIR")
	}
	style, _ := assetFiles.ReadFile("assets/style.css")
	var textures bytes.Buffer
	if err := templates()["figures"].ExecuteTemplate(&textures, "textures", nil); err != nil {
		t.Fatal(err)
	}
	all, pages := pictured(), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		kind, _, _ := strings.Cut(name, "-")
		pages[kind] += fmt.Sprintf("<h3>%s</h3>%s", name, drawn(t, all[name]))
	}
	for kind, body := range pages {
		page := fmt.Sprintf("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>pictures</title><style>%s</style><body><main>%s%s", style, textures.String(), body)
		if err := os.WriteFile(filepath.Join(*showPictures, kind+".html"), []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkLedger is what a change to a customer with 100,000 cases costs the next page of
// figures, and the drawing of three years.
func BenchmarkLedger(b *testing.B) {
	h := large(100_000)
	b.Run("keep", func(b *testing.B) {
		for b.Loop() {
			book := newBook(h, nil, nil)
			l := book.ledger()
			l.answered.months()
			l.resolved.months()
		}
	})
	f := ups(3*365*oneDay, 400)
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			openChart("/figures", today, f)
		}
	})
}
