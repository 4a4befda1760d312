package console

import "strconv"

// pager leads through the pages of a list.
type pager struct {
	Of             string // the list's title
	Previous, Next string
	Links          []pageLink // none where there is one page
}

// pageLink leads to a page; without a URL it is a gap between pages.
type pageLink struct {
	Title, URL string
	Current    bool
}

// newPager leads to the first and the last page, and to those beside the one that is shown.
func newPager(a asked, s sheet, page, pages int) pager {
	p := pager{Of: s.Title}
	if pages == 1 {
		return p
	}
	to := func(n int) string {
		if n == 1 {
			return a.link(s.URL)
		}
		return a.link(s.URL, "page", strconv.Itoa(n))
	}
	if page > 1 {
		p.Previous = to(page - 1)
	}
	if page < pages {
		p.Next = to(page + 1)
	}
	last := 0
	for _, n := range []int{1, page - 2, page - 1, page, page + 1, page + 2, pages} {
		if n <= last || n > pages {
			continue
		}
		if n > last+1 {
			p.Links = append(p.Links, pageLink{Title: "…"})
		}
		p.Links = append(p.Links, pageLink{comma(n), to(n), n == page})
		last = n
	}
	return p
}
