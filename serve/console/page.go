package console

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"casebook/casefile"
	"casebook/repo"

	"github.com/dustin/go-humanize"
	"github.com/labstack/echo/v4"
)

// request is one question of a browser, and the commit that answers it.
type request struct {
	echo.Context
	*Published // nil where nothing is published yet
	now        time.Time
	standing   Standing
	state      string
}

// view is a page as values; its template makes HTML of them.
type view struct {
	name   string // of the template
	title  string // of the browser's window, most particular part first; "casebook" is added
	trail  []crumb
	data   any
	status int // 0 is 200
}

// crumb is one step of the way to a page.
type crumb struct{ Title, URL string }

// frame is what the layout is filled with.
type frame struct {
	Title    string
	Trail    []crumb
	Menu     []menuItem
	Query    string // of the search
	User     string // as the proxy in front says
	Commit   string
	State    string // of all that is shown, from before the page was made
	Branch   string
	Made     moment
	Now      casefile.Time // by the server's clock
	Troubled bool          // the branch's tip is not what is shown
	Serving  bool
	Data     any
}

type menuItem struct {
	crumb
	Current string // "page" if it is this one, "true" if this one is below it
}

var menu = []crumb{{"Customers", "/"}, {"Nonconforming Endpoints", "/nonconforming"}, {"History", "/history"}, {"Figures", "/figures"}, {"Publishing", "/publishing"}}

// moment is a time as the pages show it: as it is, and how long ago.
type moment struct {
	At  casefile.Time
	Ago string
}

func (r *request) moment(t casefile.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{t, humanize.RelTime(t.Time(), r.now, "ago", "from now")}
}

var (
	//go:embed templates
	templateFiles embed.FS
	templates     = sync.OnceValue(parse) // when the first page is shown: it takes longer than most commands do
)

// parse makes of every page's file a template in the layout. The files are part of the
// program: one that is wrong is found by the first test.
func parse() map[string]*template.Template {
	all := map[string]*template.Template{}
	files, _ := fs.Glob(templateFiles, "templates/*.html")
	shared := template.Must(template.New("").Funcs(words).ParseFS(templateFiles, "templates/layout.html", "templates/parts*.html", "templates/pictures.html"))
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name != "layout" && name != "pictures" && !strings.HasPrefix(name, "parts") {
			all[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, file))
		}
	}
	return all
}

// words are the functions that templates have.
var words = template.FuncMap{
	"asset":   assetURL,
	"bytes":   func(n int64) string { return humanize.IBytes(uint64(n)) },
	"comma":   comma,
	"columns": columns,
	"mark":    mark,
	"exactly": func(n int64) string { return humanize.Comma(n) + " bytes" },
	"visible": casefile.Visible,
	"short":   func(hash any) string { s := fmt.Sprint(hash); return s[:min(10, len(s))] },
}

// errNoPage says that there is no such page; errEarly that nothing is published yet.
var (
	errNoPage = errors.New("there is no such page")
	errEarly  = errors.New("nothing is published yet")
)

// show answers with a page made of what is published.
func (k *Console) show(make page) echo.HandlerFunc {
	return k.showAny(func(r *request) (*view, error) {
		if r.Published == nil {
			return nil, errEarly
		}
		return make(r)
	})
}

// showAny is show for the pages that also have something to say before the first good commit.
func (k *Console) showAny(make page) echo.HandlerFunc {
	return func(c echo.Context) error {
		standing := k.Standing()
		state := k.state(standing) // first: what comes meanwhile makes it another one
		r := &request{c, k.Published(), k.Now(), standing, state}
		v, err := make(r)
		if c.Request().Context().Err() != nil {
			return nil // who asked has gone on: nobody is there to be told, and nothing is wrong
		}
		if err != nil {
			v = k.complain(r, err)
		}
		if v == nil {
			return nil // the page has answered by itself: a table as CSV, or another place to go to
		}
		return k.answer(r, v)
	}
}

// complain is the page for what went wrong.
func (k *Console) complain(r *request, err error) *view {
	switch {
	case errors.Is(err, errNoPage), errors.Is(err, repo.ErrNotFound):
		return &view{name: "missing", title: "Not found", status: http.StatusNotFound, data: err.Error()}
	case errors.Is(err, errEarly):
		return k.early(r)
	}
	k.Log.Error("cannot show", "path", r.Request().URL.Path, "error", err)
	return &view{name: "broken", title: "Something went wrong", status: http.StatusInternalServerError, data: err.Error()}
}

func (k *Console) answer(r *request, v *view) error {
	f := frame{
		Title: v.title, Trail: v.trail, Query: r.QueryParam("q"), User: userOf(r.Context), Branch: r.standing.Branch, Now: casefile.At(r.now), State: r.state,
		Troubled: r.standing.Refused != nil || r.standing.Trouble != "", Serving: r.standing.Serving, Data: v.data,
	}
	if r.Request().URL.Path != "/search" {
		f.Query = ""
	}
	if r.Published != nil {
		f.Commit, f.Made = r.Commit, r.moment(casefile.At(r.Made))
	}
	for _, m := range menu {
		f.Menu = append(f.Menu, menuItem{m, m.current(r.Request().URL.Path)})
	}
	var page bytes.Buffer
	if err := templates()[v.name].ExecuteTemplate(&page, "layout", f); err != nil {
		return fmt.Errorf("page %s: %w", v.name, err)
	}
	return send(r.Context, cmp.Or(v.status, http.StatusOK), page.Bytes())
}

func (c crumb) current(path string) string {
	switch {
	case c.URL == path:
		return "page"
	case c == home && strings.HasPrefix(path, "/customers/"):
		return "true"
	}
	return ""
}

// policy lets a page do what ours do: be styled by our sheet, be refreshed by our script,
// and send its forms here.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secured sets the headers of everything that this listener answers: refusals, and what it has
// for tools, are opened in browsers, too.
func secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		return next(c)
	}
}

var compressors = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// smaller compresses a body where the browser takes that.
func smaller(c echo.Context, body []byte) []byte {
	h := c.Response().Header()
	h.Set("Vary", "Accept-Encoding")
	if !strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		return body
	}
	var small bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	z.Reset(&small)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	compressors.Put(z)
	h.Set("Content-Encoding", "gzip")
	return small.Bytes()
}

// send answers with a page.
func send(c echo.Context, status int, page []byte) error {
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store") // a page is of its moment, and not for the next who sits here
	if !utf8.Valid(page) {             // a URL may ask for anything, and the page repeats it
		page = bytes.ToValidUTF8(page, []byte("\uFFFD"))
	}
	page = smaller(c, page)
	h.Set("Content-Length", strconv.Itoa(len(page)))
	c.Response().WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := c.Response().Write(page)
	return err
}
