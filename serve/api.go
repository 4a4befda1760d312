package serve

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"casebook/casefile"

	"github.com/labstack/echo/v4"
)

// api answers mitigators.
type api struct {
	*publisher
	recorder  *recorder
	forensics *forensics
	rate      int       // requests a second of one mitigator or operator; 0 is any
	regulars  *regulars // nil where no connection can be kept
}

// call is one request of a mitigator that showed its token, and the state that was
// current when it came: an answer never mixes two commits.
type call struct {
	echo.Context
	w         http.ResponseWriter // net/http's own
	published *published
	by        *visitor
}

func (a *api) routes() http.Handler { return a.requests.each(wholeBodies(a.router())) }

func (a *api) router() *echo.Echo {
	e := newRouter(a.publisher, a.mark)
	for _, path := range []struct {
		at   string
		read func(call) error
	}{
		{"/v1/patterns", a.list},
		{"/v1/patterns/:id", a.entry},
		{"/v1/files/:sha256", a.file},
	} {
		e.GET(path.at, a.admit(path.read))
		e.HEAD(path.at, a.admit(path.read)) // echo answers 405 to HEAD otherwise
	}
	e.POST("/v1/patterns/:id/receipts", a.admit(a.receipt))
	e.POST("/v1/cases", a.admit(a.forensics.take))
	e.GET("/v1/cases/:key", a.forBoth(a.forensics.tell))
	e.HEAD("/v1/cases/:key", a.forBoth(a.forensics.tell))
	e.GET("/v1/cases/:key/forensics", a.forOperators(a.forensics.handOut))
	e.HEAD("/v1/cases/:key/forensics", a.forOperators(a.forensics.handOut))
	return e
}

// admit lets mitigators in. It is all the middleware there is: echo's own costs a third
// of the polls.
func (a *api) admit(do func(call) error) echo.HandlerFunc {
	return guarded(func(c echo.Context) error {
		p := a.current.Load()
		if p == nil {
			return &notPublished
		}
		w := c.Response().Writer
		w.Header()["Casebook-Commit"] = p.header
		now := a.now()
		by := p.authenticate(c.Request(), now)
		if by == nil {
			return &unauthorized
		}
		by.seen.Store(now.Unix())
		if err := by.seen.pace.keep(w, now, a.rate); err != nil {
			return err
		}
		return do(call{c, w, p, by})
	})
}

// mark names the commit on answers that never got to admit.
func (a *api) mark(h http.Header) {
	if p := a.current.Load(); p != nil && h["Casebook-Commit"] == nil {
		h["Casebook-Commit"] = p.header
	}
}

func (a *api) list(c call) error {
	if a.room.hold(c) || a.regulars.adopt(c) {
		return nil
	}
	a.metrics.polled(c.by.of.list.serve(c.w, c.Request()))
	return nil
}

func (a *api) entry(c call) error {
	id, err := casefile.ParsePatternID(c.Param("id"))
	entry := c.by.of.entries[id]
	if err != nil || entry == nil {
		return &notFound
	}
	a.show(c, entry)
	return nil
}

// show answers with a document.
func (p *publisher) show(c echo.Context, d *document) {
	if d.serve(c.Response().Writer, c.Request()) == http.StatusPreconditionFailed {
		p.metrics.problem(&conditionFailed)
	}
}

// newRouter is an echo that answers every error with a problem document.
func newRouter(by *publisher, mark func(http.Header)) *echo.Echo {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect() // X-Forwarded-For is anyone's word
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		p := problemOf(err)
		if p.Status >= 500 && !errors.Is(err, p) {
			by.log.Error("cannot answer", "request", idOf(c.Response().Writer), "method", c.Request().Method, "path", c.Request().URL.Path, "error", err)
		}
		by.metrics.problem(p)
		w := c.Response().Writer
		mark(w.Header())
		p.write(w, c.Request())
	}
	return e
}

// guarded turns a panic into a problem document. If the answer has begun, the connection
// is cut, so that half an answer is not taken for a whole one.
func guarded(do echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler || c.Response().Committed {
				panic(http.ErrAbortHandler)
			}
			err = &panicked{cause, string(debug.Stack())}
		}()
		return do(c)
	}
}

// panicked is a panic as an error: it is logged in full and shown to nobody.
type panicked struct {
	cause any
	stack string
}

func (e *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", e.cause, e.stack) }

// answer is a small JSON answer that nothing caches.
func answer(c echo.Context, status int, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	return c.Blob(status, "application/json", body)
}
