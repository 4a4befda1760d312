package console

import (
	"sync/atomic"

	"github.com/labstack/echo/v4"
)

// Console answers people.
type Console struct {
	Source
	listening atomic.Int64 // pages that wait for news
}

// New is the console that shows what the source has.
func New(s Source) *Console { return &Console{Source: s} }

// page makes the view of one screen.
type page func(*request) (*view, error)

// Routes are all screens, and what belongs to them.
func (k *Console) Routes(e *echo.Echo) {
	for path, do := range map[string]echo.HandlerFunc{
		"/":                  k.show(k.customers),
		"/events":            k.events,
		"/assets/:sum/:name": k.asset,
		"/*":                 k.show(k.nothing),
	} {
		e.GET(path, do)
		e.HEAD(path, do)
	}
}

// nothing is at every other path.
func (k *Console) nothing(*request) (*view, error) { return nil, errNoPage }
