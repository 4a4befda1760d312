package serve

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// Problem is an error on the wire: a problem document as in RFC 9457. Its type does not
// change between versions; its detail is for people and names no path of this machine.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`

	Instance string `json:"instance,omitempty"` // the request
}

const problemType = "urn:casebook:problem:"

// word is the end of the type.
func (p *Problem) word() string { return strings.TrimPrefix(p.Type, problemType) }

func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Title + ": " + p.Detail
}

// The problems there are.
var (
	badRequest       = problem(http.StatusBadRequest, "bad-request", "bad request")
	unauthorized     = problem(http.StatusUnauthorized, "unauthorized", "no valid token")
	forbidden        = problem(http.StatusForbidden, "forbidden", "not for everybody")
	notFound         = problem(http.StatusNotFound, "not-found", "not found")
	methodNotAllowed = problem(http.StatusMethodNotAllowed, "method-not-allowed", "method not allowed")
	ambiguous        = problem(http.StatusConflict, "ambiguous", "more than one case has this key")
	tooMany          = problem(http.StatusConflict, "too-many-receipts", "too many receipts for this pattern")
	conditionFailed  = problem(http.StatusPreconditionFailed, "precondition-failed", "precondition failed")
	tooLarge         = problem(http.StatusRequestEntityTooLarge, "too-large", "body too large")
	tooFast          = problem(http.StatusTooManyRequests, "rate", "too many requests")
	unsupportedMedia = problem(http.StatusUnsupportedMediaType, "unsupported-media", "unsupported media type")
	badRange         = problem(http.StatusRequestedRangeNotSatisfiable, "range", "range not satisfiable")
	wrongDigest      = problem(http.StatusUnprocessableEntity, "wrong-digest", "the body does not have the digest that was told")
	notAZip          = problem(http.StatusUnprocessableEntity, "not-a-zip", "forensic data is a zip file")
	internal         = problem(http.StatusInternalServerError, "internal", "internal error")
	busy             = problem(http.StatusServiceUnavailable, "busy", "the casebook cannot be changed now")
	storageFull      = problem(http.StatusInsufficientStorage, "storage-full", "no room on the server")
	notPublished     = problem(http.StatusServiceUnavailable, "not-published", "nothing is published yet")
)

func problem(status int, word, title string) Problem {
	return Problem{Type: problemType + word, Title: title, Status: status}
}

// because is the problem with a reason for people.
func (p Problem) because(format string, args ...any) *Problem {
	p.Detail = fmt.Sprintf(format, args...)
	return &p
}

// problemOf is the problem an error shows to the client; what it does not say goes to the log.
func problemOf(err error) *Problem {
	var p *Problem
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &p):
		return p
	case !errors.As(err, &routing):
		return cmp.Or(unable(err), &internal)
	case routing.Code == http.StatusNotFound:
		return &notFound
	case routing.Code == http.StatusMethodNotAllowed:
		return &methodNotAllowed
	}
	return &internal
}

// write answers with the problem. Headers that describe another body are taken back.
func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for _, name := range []string{"Etag", "Content-Encoding", "Content-Disposition", "Repr-Digest", "Accept-Ranges"} {
		h.Del(name)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		h["Www-Authenticate"] = []string{`Bearer realm="casebook"`, `Basic realm="casebook", charset="UTF-8"`}
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	}
	said := *p
	if id := idOf(w); id != "" {
		said.Instance = "urn:casebook:request:" + id
	}
	body, _ := json.Marshal(said) // strings and a number: cannot fail
	body = append(body, '\n')
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may be gone
	}
}
