package console

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// searchPage is what was found.
type searchPage struct {
	Query  string
	Groups []*group
	Total  int
	Longer []link // Case Lists that show all of many hits
}

// group are the hits of one kind.
type group struct {
	Title string
	Total int
	by    [exact + 1][]hit // how well they fit
}

// hit is something that was found.
type hit struct {
	link
	Note   string // what it is, in a few words
	Status statusTitle
}

// fit is how well something fits what was asked for.
type fit int

const (
	noFit fit = iota
	inside
	start
	exact
)

// fits is how well a text fits what was asked for, both in lower case.
func fits(text, query string) fit {
	switch {
	case text == query:
		return exact
	case strings.HasPrefix(text, query):
		return start
	case strings.Contains(text, query):
		return inside
	}
	return noFit
}

// mostHits is how many hits of a kind a page shows.
const mostHits = 25

// Hits are those that fit best.
func (g *group) Hits() []hit {
	var hits []hit
	for _, some := range slices.Backward(g.by[:]) {
		hits = append(hits, some...)
	}
	return hits[:min(len(hits), mostHits)]
}

// search finds cases by key, Case ID and endpoint, entries by ACCOUNT/ID, both by the digest of
// their file, customers, and commits. What alone is exactly what was asked for is shown at once.
func (k *Console) search(r *request) (*view, error) {
	p := searchPage{Query: strings.TrimSpace(r.QueryParam("q"))}
	if p.Query != "" {
		f := &finder{Console: k, request: r, query: strings.ToLower(p.Query), groups: map[string]*group{}}
		f.find()
		if to := f.only(); to != "" {
			return nil, r.Redirect(http.StatusSeeOther, to)
		}
		p.Longer = f.longer
		for _, title := range kinds {
			if g := f.groups[title]; g != nil {
				p.Groups, p.Total = append(p.Groups, g), p.Total+g.Total
			}
		}
	}
	return &view{name: "search", title: "Search", data: p}, nil
}

// finder collects hits.
type finder struct {
	*Console
	*request
	query  string // in lower case
	groups map[string]*group
	longer []link
}

// take counts a hit, if it fits at all; more of them than are shown are not made.
func (f *finder) take(kind string, how fit, make func() hit) {
	if how == noFit {
		return
	}
	g := f.groups[kind]
	if g == nil {
		g = &group{Title: kind}
		f.groups[kind] = g
	}
	g.Total++
	if len(g.by[how]) < mostHits {
		g.by[how] = append(g.by[how], make())
	}
}

// only is where the one thing is that is exactly what was asked for; "" if there are several.
func (f *finder) only() string {
	found := map[string]bool{}
	for _, g := range f.groups {
		for _, h := range g.by[exact] {
			found[h.URL] = true
		}
	}
	if len(found) != 1 {
		return ""
	}
	return slices.Collect(maps.Keys(found))[0]
}
