package console

import (
	"sync/atomic"

	"github.com/labstack/echo/v4"
)

// Console answers people.
type Console struct {
	Source
	listening atomic.Int64 // pages that wait for news
	shelf     shelf
	observer  observer
	recents   recents
	total     total // of all customers
	trend     trend
}

// New is the console that shows what the source has.
func New(s Source) *Console { return &Console{Source: s} }

// page makes the view of one screen.
type page func(*request) (*view, error)

// Routes are all screens, and what belongs to them.
func (k *Console) Routes(e *echo.Echo) {
	e.Pre(secured)
	for path, do := range k.screens() {
		e.GET(path, do)
		e.HEAD(path, do)
	}
}

// screens are all paths; a list is at its path with .csv behind, too.
func (k *Console) screens() map[string]echo.HandlerFunc {
	screens := map[string]echo.HandlerFunc{
		"/":                                   k.show(k.customers),
		"/customers.csv":                      k.show(k.customers),
		"/customers/:account":                 k.show(k.customer),
		"/customers/:account/cases/:key":      k.show(k.caseShown),
		"/customers/:account/patterns/:id":    k.show(k.target),
		"/figures":                            k.show(k.figures),
		"/figures/:figure":                    k.show(k.figuresCSV),
		"/customers/:account/figures":         k.show(k.figures),
		"/customers/:account/figures/:figure": k.show(k.figuresCSV),
		"/publishing":                         k.showAny(k.publishing),
		"/search":                             k.show(k.search),
		"/events":                             k.events,
		"/assets/:sum/:name":                  k.asset,
		"/*":                                  k.show(k.nothing),
	}
	for path, do := range map[string]page{
		"/customers/:account/cases":         k.cases,
		"/customers/:account/patterns":      k.patterns,
		"/nonconforming":                    k.nonconforming,
		"/customers/:account/nonconforming": k.nonconforming,
		"/history":                          k.history,
		"/customers/:account/history":       k.history,
		"/publishing/mitigators":            k.mitigators,
		"/publishing/deliveries":            k.deliveries,
	} {
		screens[path], screens[path+".csv"] = k.show(do), k.show(do)
	}
	return screens
}

// nothing is at every other path.
func (k *Console) nothing(*request) (*view, error) { return nil, errNoPage }
