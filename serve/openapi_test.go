package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/labstack/echo/v4"
)

// theDescription is openapi.yaml, read once; it is valid.
var theDescription = sync.OnceValue(func() *openapi3.T {
	d, err := openapi3.NewLoader().LoadFromData(description)
	if err == nil {
		err = d.Validate(context.Background())
	}
	if err != nil {
		panic(err)
	}
	return d
})

func TestEveryRouteStandsInTheDescription(t *testing.T) {
	d, s := theDescription(), newBook(t).serve()
	routes := map[string]bool{}
	ops := s.operations()
	pages := newRouter(s.publisher, func(http.Header) {}) // for people, and not described
	ops.pages.Routes(pages)
	for _, r := range slices.Concat(echoOf(s).Routes(), ops.router().Routes()) {
		if slices.ContainsFunc(pages.Routes(), func(p *echo.Route) bool { return p.Path == r.Path }) {
			continue
		}
		if !strings.HasPrefix(r.Method, "echo_") { // echo's own, for what is not found
			routes[r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	told := map[string]bool{}
	for path, item := range d.Paths.Map() {
		for method := range item.Operations() {
			told[method+" "+path] = true
		}
	}
	if there, described := slices.Sorted(maps.Keys(routes)), slices.Sorted(maps.Keys(told)); !slices.Equal(there, described) {
		t.Errorf("the routes are\n%s\nand described are\n%s", strings.Join(there, "\n"), strings.Join(described, "\n"))
	}
}

// The problems are found in the source, so that none can be forgotten.
func TestEveryTypeOfProblemStandsInTheDescription(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`= problem\([^,]+, "([a-z-]+)"`).FindAllSubmatch(src, -1) {
			types = append(types, "urn:casebook:problem:"+string(m[1]))
		}
	}
	slices.Sort(types)
	var told []string
	for _, v := range theDescription().Components.Schemas["Problem"].Value.Properties["type"].Value.Enum {
		told = append(told, v.(string))
	}
	if len(types) < 10 || !slices.Equal(types, told) {
		t.Errorf("in the source\n%s\nin the description\n%s", strings.Join(types, "\n"), strings.Join(told, "\n"))
	}
}

// described is a handler whose answers to recorders are compared with the description:
// the other tests of this package so become tests of it.
func described(t testing.TB, do http.Handler, console bool) http.Handler {
	if _, hurried := t.(*testing.B); hurried {
		return do
	}
	d := theDescription()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen, ok := w.(*httptest.ResponseRecorder)
		if !ok {
			do.ServeHTTP(w, r)
			return
		}
		asked := again(r)
		do.ServeHTTP(w, r)
		if err := discrepancy(operation(d, r, console), asked, seen); err != nil {
			t.Errorf("%s %s: %d is not as described: %v", r.Method, r.URL.Path, seen.Code, err)
		}
	})
}

// again is a request whose body, if it is JSON, can still be read when r's was.
func again(r *http.Request) *http.Request {
	asked := r.Clone(context.Background())
	asked.Body = http.NoBody
	if r.Header.Get("Content-Type") == "application/json" {
		body, _ := io.ReadAll(r.Body) // a test's body can be read
		r.Body, asked.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	}
	return asked
}

// operation is what the description says about a request; nil is nothing.
func operation(d *openapi3.T, r *http.Request, console bool) *openapi3filter.RequestValidationInput {
	path := strings.Split(r.URL.EscapedPath(), "/")
	for form, item := range d.Paths.Map() {
		op, words := item.GetOperation(r.Method), strings.Split(form, "/")
		if op == nil || len(words) != len(path) || slices.Contains(op.Tags, "console") != console {
			continue
		}
		values, fits := map[string]string{}, true
		for i, word := range words {
			if name, variable := strings.CutPrefix(word, "{"); variable {
				values[strings.TrimSuffix(name, "}")] = path[i]
			} else {
				fits = fits && word == path[i]
			}
		}
		if fits {
			return &openapi3filter.RequestValidationInput{PathParams: values, Route: &routers.Route{Spec: d, Path: form, PathItem: item, Method: r.Method, Operation: op}}
		}
	}
	return nil
}

// always are the headers of any answer, of which the description says nothing.
var always = []string{"Content-Type", "Content-Length", "Cache-Control", "Vary", "X-Content-Type-Options", "Allow", "Connection", "Date",
	"Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy"}

// discrepancy says how a request that was done, or its answer, is not as described.
func discrepancy(of *openapi3filter.RequestValidationInput, asked *http.Request, seen *httptest.ResponseRecorder) error {
	if of == nil {
		options := asked.Method == http.MethodOptions && seen.Code == 204 && seen.Header().Get("Allow") != ""
		if seen.Code != 404 && seen.Code != 405 && seen.Code != 400 && !options {
			return errors.New("there is no such operation")
		}
		return nil
	}
	header := seen.Result().Header
	told := of.Route.Operation.Responses.Status(seen.Code)
	if told == nil {
		return errors.New("no such status")
	}
	if asked.Method == http.MethodHead {
		return nil
	}
	for name := range header {
		as := func(other string) bool { return http.CanonicalHeaderKey(other) == name }
		if !slices.ContainsFunc(always, as) && !slices.ContainsFunc(slices.Collect(maps.Keys(told.Value.Headers)), as) {
			return fmt.Errorf("no such header: %s", name)
		}
	}
	of.Request = asked
	of.Options = &openapi3filter.Options{IncludeResponseStatus: true, ExcludeRequestBody: asked.Body == http.NoBody, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	if seen.Code < 300 {
		if err := openapi3filter.ValidateRequest(context.Background(), of); err != nil {
			return fmt.Errorf("the request: %w", err)
		}
	}
	body := io.Reader(bytes.NewReader(seen.Body.Bytes()))
	if header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			return err
		}
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: of, Status: seen.Code, Header: header, Body: io.NopCloser(body), Options: of.Options,
	})
}
