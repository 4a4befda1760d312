package serve

import (
	"bytes"
	"net/http"
	"slices"
	"time"
)

// prepared is the answer to a poll, which is the same while the same is asked and published.
type prepared struct {
	asked     []byte // nil if the request was net/http's
	published *published
	by        *visitor
	status    int
	page      []byte // the answer's head, but for what each answer has of its own
	date      []byte
	second    int64 // that date tells
	body      []byte
}

// prepare makes the answer; there is none if it would be neither 200 nor 304.
func prepare(asked *http.Request, p *published, by *visitor) *prepared {
	late := &lateAnswer{header: http.Header{"Casebook-Commit": p.header}}
	status := by.of.list.serve(late, asked)
	if status != http.StatusOK && status != http.StatusNotModified {
		return nil
	}
	var page bytes.Buffer
	late.writeHead(&page)
	return &prepared{published: p, by: by, status: status, page: slices.Grow(page.Bytes(), 128), body: late.body}
}

// ended is what the head of a connection's last answer says besides.
const ended = "\r\nConnection: close"

// head is the answer's head for one request; more are lines that each begin with CR and LF.
func (a *prepared) head(now time.Time, id []byte, more string) []byte {
	if second := now.Unix(); second != a.second {
		a.date = now.UTC().AppendFormat(a.date[:0], http.TimeFormat)
		a.second = second
	}
	head := append(a.page, requestID+": "...)
	head = append(head, id...)
	head = append(head, "\r\nDate: "...)
	head = append(head, a.date...)
	head = append(head, more...)
	return append(head, emptyLine...)
}
