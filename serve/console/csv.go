package console

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"

	"casebook/casefile"
)

// batch is how many rows of CSV are made before they are sent.
const batch = 256

// isCSV reports whether the list is asked for as a table for other programs.
func (r *request) isCSV() bool { return strings.HasSuffix(r.Request().URL.Path, ".csv") }

// csv answers with all rows that fit what is asked, on all pages, as they are found.
func (l *list[R]) csv(r *request, name string) {
	a := l.ask(r.QueryParams())
	r.sendCSV(name, func(put func(...string) error) error {
		row := make([]string, 0, len(l.columns))
		for _, c := range l.columns {
			row = append(row, c.title)
		}
		if err := put(row...); err != nil {
			return err
		}
		for found := range l.all(a) {
			row = row[:0]
			for _, c := range l.columns {
				row = append(row, c.text(found))
			}
			if err := put(row...); err != nil {
				return err
			}
		}
		return nil
	})
}

// sendCSV answers with a file of CSV, made row by row and never held in memory. What can go
// wrong is that nobody is there any more to read it, and then there is nobody to tell.
func (r *request) sendCSV(name string, fill func(put func(...string) error) error) {
	h := r.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="casebook-`+name+`.csv"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Encoding")
	small := strings.Contains(r.Request().Header.Get("Accept-Encoding"), "gzip")
	if small {
		h.Set("Content-Encoding", "gzip")
	}
	r.Response().WriteHeader(http.StatusOK)
	if r.Request().Method == http.MethodHead {
		return
	}
	if !small {
		_ = batched(r.Response(), fill)
		return
	}
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(r.Response())
	if batched(z, fill) == nil {
		_ = z.Close()
	}
}

// batched writes rows some at a time.
func batched(to io.Writer, fill func(put func(...string) error) error) error {
	rows := make([][]string, 0, batch)
	flush := func() error {
		defer func() { rows = rows[:0] }()
		return casefile.WriteCSV(to, rows)
	}
	err := fill(func(row ...string) error {
		rows = append(rows, append([]string(nil), row...))
		if len(rows) == batch {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}
