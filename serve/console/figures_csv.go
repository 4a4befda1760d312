package console

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"casebook/casefile"
)

// figuresCSV are the numbers of one picture, for other programs: all there are, and not only
// those of the picture.
func (k *Console) figuresCSV(r *request) (*view, error) {
	f, name, err := k.figured(r)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	switch r.Param("figure") {
	case "open.csv":
		if f.course, err = k.wholeCourse(r, f.known); err != nil {
			return nil, fmt.Errorf("the past cannot be counted: %v", err) // what is not found is not this page
		}
		if f.of == nil {
			f.of = f.course.accounts(f.known)
		}
		rows = openRows(f, r.now)
	case "age.csv":
		rows = ageRows(byAge(f.open, r.now))
	case "answered.csv":
		rows = spanRows(f.answered.months())
	case "resolved.csv":
		rows = spanRows(f.resolved.months())
	default:
		return nil, errNoPage
	}
	r.sendCSV(name+"-"+r.Param("figure")[:len(r.Param("figure"))-len(".csv")], func(put func(...string) error) error {
		for _, row := range rows {
			if err := put(row...); err != nil {
				return err
			}
		}
		return nil
	})
	return nil, nil
}

func openRows(f figured, now time.Time) [][]string {
	head := []string{"Until"}
	for _, s := range casefile.Statuses {
		head = append(head, s.Title())
	}
	rows := [][]string{append(head, "Cannot be read", "Open")}
	_, points := f.points(f.of, now, f.count)
	for _, p := range points {
		row := []string{casefile.At(p.at).String()}
		for _, n := range p.Count {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, append(row, strconv.Itoa(openIn(p.Count))))
	}
	return rows
}

func ageRows(bars []bar) [][]string {
	head := []string{"Age"}
	for _, s := range openStatuses {
		head = append(head, s.Title())
	}
	rows := [][]string{append(head, "Open")}
	for _, b := range bars {
		row := []string{b.title}
		for _, s := range openStatuses {
			row = append(row, strconv.Itoa(b.of[slices.Index(casefile.Statuses, s)]))
		}
		rows = append(rows, append(row, strconv.Itoa(b.sum())))
	}
	return rows
}

func spanRows(months []month) [][]string {
	rows := [][]string{{"Month", "Cases", "Median in seconds", "90th percentile in seconds"}}
	for _, m := range months {
		row := []string{m.first.Format("2006-01"), strconv.Itoa(m.count), "", ""}
		if m.count > 0 {
			row[2], row[3] = strconv.FormatInt(int64(m.median/time.Second), 10), strconv.FormatInt(int64(m.tail/time.Second), 10)
		}
		rows = append(rows, row)
	}
	return rows
}
