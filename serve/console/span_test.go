package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

func TestQuantileIsATimeThatWasMeasured(t *testing.T) {
	upTo := func(n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(i+1))
		}
		return all
	}
	for _, c := range []struct {
		n            int
		median, tail time.Duration
	}{{0, 0, 0}, {1, 1, 1}, {2, 1, 2}, {3, 2, 3}, {9, 5, 9}, {10, 5, 9}, {11, 6, 10}, {20, 10, 18}, {100, 50, 90}, {1_000_000, 500_000, 900_000}} {
		if median, tail := quantile(upTo(c.n), .5), quantile(upTo(c.n), .9); median != c.median || tail != c.tail {
			t.Errorf("of %d: %d and %d, want %d and %d", c.n, median, tail, c.median, c.tail)
		}
	}
}

func TestMonthsAreWithoutGaps(t *testing.T) {
	at := func(s string, took time.Duration) span {
		done, err := casefile.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return span{done, took}
	}
	var told []string
	for _, m := range byMonth([]span{
		at("2026-01-31T23:59:59Z", 5*time.Hour), at("2025-11-01T00:00:00Z", time.Hour), at("2026-01-01T00:00:00Z", 3*time.Hour), at("2026-01-02T00:00:00Z", -time.Hour),
	}) {
		told = append(told, fmt.Sprint(m.first.Format("2006-01"), " ", m.count, " ", m.median, " ", m.tail))
	}
	want := []string{"2025-11 1 1h0m0s 1h0m0s", "2025-12 0 0s 0s", "2026-01 3 3h0m0s 5h0m0s"}
	if !slices.Equal(told, want) {
		t.Errorf("%s, want %s", strings.Join(told, "; "), strings.Join(want, "; "))
	}
	if byMonth(nil) != nil {
		t.Error("months of nothing")
	}
}

func TestSpansOfACase(t *testing.T) {
	stamp := func(n int) *casefile.Stamp { return &casefile.Stamp{At: day(n)} }
	entry := func(kind casefile.Type, uploaded int, resolved *casefile.Stamp, withdrawn bool) *casefile.Pattern {
		p := &casefile.Pattern{Type: kind, Uploaded: day(uploaded)}
		p.Target.Resolved = resolved
		if withdrawn {
			p.Withdrawn = &casefile.Withdrawal{}
		}
		return p
	}
	for _, c := range []struct {
		name               string
		entries            []*casefile.Pattern
		answered, resolved int // days; 0: never
	}{
		{"no entry", nil, 0, 0},
		{"a false alarm", []*casefile.Pattern{entry(casefile.None, 2, stamp(3), false)}, 0, 3},
		{"a pattern", []*casefile.Pattern{entry(casefile.Bandage, 2, nil, false)}, 2, 0},
		{"resolved", []*casefile.Pattern{entry(casefile.Bandage, 2, stamp(4), false)}, 2, 4},
		{"a second one", []*casefile.Pattern{entry(casefile.Bandage, 2, nil, true), entry(casefile.SmartScan, 3, stamp(5), false)}, 2, 5},
		{"one of two resolved", []*casefile.Pattern{entry(casefile.Bandage, 2, stamp(4), false), entry(casefile.SmartScan, 3, nil, false)}, 2, 0},
		{"both, the first later", []*casefile.Pattern{entry(casefile.Bandage, 2, stamp(9), false), entry(casefile.SmartScan, 3, stamp(5), false)}, 2, 9},
		{"all withdrawn", []*casefile.Pattern{entry(casefile.Bandage, 2, nil, true)}, 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for what, of := range map[string]struct {
				find func(*casefile.Case, []*casefile.Pattern) (span, bool)
				want int
			}{"answered": {answered, c.answered}, "resolved": {resolved, c.resolved}} {
				got, ok := of.find(&casefile.Case{Received: day(0)}, c.entries)
				if ok != (of.want > 0) || ok && (got.took != time.Duration(of.want)*oneDay || got.done != day(of.want)) {
					t.Errorf("%s: %v %v, want %d days", what, got, ok, of.want)
				}
			}
		})
	}
}

func TestAgesHaveSharpEdges(t *testing.T) {
	now := day(100).Time()
	for _, c := range []struct {
		old  time.Duration
		want string
	}{
		{-time.Hour, "< 1 day"}, {0, "< 1 day"}, {oneDay - time.Second, "< 1 day"}, {oneDay, "1–3 days"}, {3*oneDay - time.Second, "1–3 days"}, {3 * oneDay, "3–7 days"},
		{7 * oneDay, "1–2 weeks"}, {14 * oneDay, "2–4 weeks"}, {28*oneDay - time.Second, "2–4 weeks"}, {28 * oneDay, "> 4 weeks"}, {9000 * oneDay, "> 4 weeks"},
	} {
		rows := byAge([]*casefile.Case{{Status: casefile.AdministratorNotified, Received: casefile.At(now.Add(-c.old))}}, now)
		for _, row := range rows {
			if want := map[bool]int{true: 1}[row.title == c.want]; row.of[1] != want || row.sum() != want {
				t.Errorf("%v old: %d at %s", c.old, row.sum(), row.title)
			}
		}
	}
}

func TestDurationsAreTold(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 90 * time.Second: "1 min 30 s", time.Hour + time.Second: "1 h", 26 * time.Hour: "1 d 2 h",
		oneDay + time.Minute: "1 d", 400 * oneDay: "400 d",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%v is told as %s, want %s", d, got, want)
		}
	}
	for most, want := range map[time.Duration]string{
		0: "0 1 min", time.Second: "0 1 min", 4 * time.Minute: "0 1 min 2 min 3 min 4 min", 5 * time.Minute: "0 5 min", time.Hour: "0 15 min 30 min 45 min 60 min",
		5 * time.Hour: "0 2 h 4 h 6 h", 30 * time.Hour: "0 12 h 24 h 36 h", 5 * oneDay: "0 2 d 4 d 6 d", 20 * oneDay: "0 1 w 2 w 3 w", 2000 * oneDay: "0 104 w 208 w 312 w",
	} {
		all := durations(most)
		var told []string
		for _, d := range all {
			told = append(told, unit(d, all[1]))
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("an axis to %v: %s, want %s", most, got, want)
		}
	}
}

func TestTicksAreRoundAndReachTheMost(t *testing.T) {
	for most, want := range map[float64]string{
		0: "0 1", 1: "0 1", 3: "0 1 2 3", 4: "0 1 2 3 4", 5: "0 2 4 6", 9: "0 5 10", 40: "0 10 20 30 40", 41: "0 20 40 60", 1_000_000: "0 500k 1M", 3_300_000: "0 1M 2M 3M 4M", 1200: "0 500 1,000 1,500",
		12_000: "0 5,000 10k 15k",
	} {
		var told []string
		for _, n := range ticks(most, 4) {
			told = append(told, brief(n))
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("to %v: %s, want %s", most, got, want)
		}
	}
}

func TestNamesAreSpreadApart(t *testing.T) {
	for _, c := range []struct{ at, want []pixel }{
		{nil, []pixel{}}, {[]pixel{5}, []pixel{5}}, {[]pixel{300}, []pixel{100}}, {[]pixel{0, 50, 100}, []pixel{0, 50, 100}},
		{[]pixel{10, 12, 14}, []pixel{10, 30, 50}}, {[]pixel{90, 95, 99}, []pixel{60, 80, 100}}, {[]pixel{0, 99, 99}, []pixel{0, 80, 100}},
	} {
		if got := spread(c.at, 20, 100); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.at, got, c.want)
		}
	}
}

func TestDatesUnderAPictureAreFew(t *testing.T) {
	end := time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC) // a Monday
	for _, c := range []struct {
		old  time.Duration
		want string
	}{
		{time.Hour, "15:00"}, {5 * time.Hour, "11:00 12:00 13:00 14:00 15:00"}, {oneDay, "18:00 21:00 00:00 03:00 06:00 09:00 12:00 15:00"},
		{4 * oneDay, "20 Nov 00:00 20 Nov 12:00 21 Nov 00:00 21 Nov 12:00 22 Nov 00:00 22 Nov 12:00 23 Nov 00:00 23 Nov 12:00"},
		{7 * oneDay, "17 Nov 18 Nov 19 Nov 20 Nov 21 Nov 22 Nov 23 Nov"}, {30 * oneDay, "26 Oct 2 Nov 9 Nov 16 Nov 23 Nov"},
		{90 * oneDay, "7 Sep 21 Sep 5 Oct 19 Oct 2 Nov 16 Nov"}, {365 * oneDay, "Jan 2026 Mar 2026 May 2026 Jul 2026 Sep 2026 Nov 2026"},
		{3 * 365 * oneDay, "Jan 2024 Jul 2024 Jan 2025 Jul 2025 Jan 2026 Jul 2026"}, {20 * 365 * oneDay, "2010 2015 2020 2025"},
	} {
		marks, layout := dates(end.Add(-c.old), end, 8)
		var told []string
		for _, m := range marks {
			told = append(told, m.Format(layout))
		}
		if got := strings.Join(told, " "); got != c.want {
			t.Errorf("%v: %s, want %s", c.old, got, c.want)
		}
	}
}
