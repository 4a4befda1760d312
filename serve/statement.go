package serve

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// statement tells many who waited of one published state. Most of a fleet ask alike, and the
// answer to one is prepared for all.
type statement struct {
	p     *published
	alike map[likeness]*prepared
	page  bytes.Buffer
}

// likeness is what decides an answer.
type likeness struct {
	list                    *document
	encoding, wanted, known string
}

// to answers a waiter, and tells the status.
func (s *statement) to(w *waiter) (status int) {
	s.page.Reset()
	said := s.prepared(w)
	if said == nil {
		return s.refuse(w)
	}
	s.page.Write(said.head(time.Now(), w.id, "\r\nPreference-Applied: "+granted(w.wish)+ended))
	_ = sendWith(w.conn, &s.page, said.body) // the client may be gone
	return said.status
}

func (s *statement) prepared(w *waiter) *prepared {
	if w.by == nil {
		return nil
	}
	all := func(name string) string { return strings.Join(w.asked.Header[name], ", ") }
	like := likeness{w.by.of.list, all("Accept-Encoding"), all("If-Match"), all("If-None-Match")}
	said, ok := s.alike[like]
	if !ok {
		said = prepare(w.asked, s.p, w.by)
		s.alike[like] = said
	}
	return said
}

// refuse tells a problem.
func (s *statement) refuse(w *waiter) (status int) {
	late := &lateAnswer{header: http.Header{
		"Casebook-Commit": s.p.header, requestID: {string(w.id)}, "Preference-Applied": {granted(w.wish)},
	}}
	if w.by == nil {
		unauthorized.write(late, w.asked)
	} else {
		w.by.of.list.serve(late, w.asked)
	}
	_ = late.send(w.conn, &s.page)
	return late.status
}
