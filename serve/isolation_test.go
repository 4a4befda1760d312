package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"casebook/casefile"
	"casebook/repo"

	"github.com/labstack/echo/v4"
	"pgregory.net/rapid"
)

// resident is a customer all of whose words begin with its name, so that a leak shows.
type resident struct {
	account  casefile.Account
	token    string // its mitigator's
	operator string // the token of an operator of its own
	zip      string
	of       *casefile.Case
	patterns []*casefile.Pattern
}

// town is a casebook of several customers.
func town(t testing.TB) (*service, []*resident) {
	b := newBook(t)
	var all []*resident
	for i, name := range []casefile.Account{"alder", "birch", "cedar"} {
		r := &resident{account: name, token: string(name) + "'s token", operator: string(name) + "'s operator", zip: zipOf(string(name) + "'s evidence")}
		kept, err := b.repo.State().Keep(t.Context(), repo.Forensics, strings.NewReader(r.zip), nil)
		if err != nil {
			t.Fatal(err)
		}
		data := casefile.Forensics{File: string(name) + ".zip", Size: kept.Size, SHA256: kept.SHA256}
		r.of = casefile.CaseRef{Account: name, Key: casefile.Key("20261123-" + name)}.Receive(string(name)+"-pc", "tm-01", data, today)
		old := registered(name, "tm-02", string(name)+"'s old token")
		old.Revoked = today
		b.commit(&casefile.Customer{Account: name, Company: string(name) + " Ltd"}, registered(name, "tm-01", r.token), old, r.of,
			&casefile.Operator{Name: casefile.Name(name), TokenSHA256: digestOf(r.operator), Added: today, Customers: []casefile.Account{name}})
		for n := range 3 + 2*i { // so that some IDs are one customer's alone
			r.patterns = append(r.patterns, b.upload(r.of, fmt.Sprintf("%s-%d.bin", name, n), fmt.Sprintf("%s's bytes %d", name, n)))
		}
		all = append(all, r)
	}
	return b.serve(), all
}

// marks are what only the customer itself may see.
func (r *resident) marks() []string {
	marks := []string{string(r.account), string(r.of.ForensicData.SHA256)}
	for _, p := range r.patterns {
		marks = append(marks, string(p.File.SHA256))
	}
	return marks
}

// Every route, with everything of one customer in it, and the token of another.
func TestNoTokenOpensAnotherCustomersData(t *testing.T) {
	s, residents := town(t)
	// The handler itself, so that requests may be stranger than the description allows.
	api := (&api{publisher: s.publisher, recorder: s.recorder, forensics: &forensics{publisher: s.publisher, limit: 1 << 20}}).routes()
	routes := slices.DeleteFunc(echoOf(s).Routes(), func(r *echo.Route) bool { return strings.HasPrefix(r.Method, "echo_") })
	rapid.Check(t, func(rt *rapid.T) {
		victim := rapid.SampledFrom(residents).Draw(rt, "victim")
		intruder := rapid.SampledFrom(residents).Filter(func(r *resident) bool { return r != victim }).Draw(rt, "intruder")
		p := rapid.SampledFrom(victim.patterns).Draw(rt, "pattern")
		for _, route := range routes {
			trespass(rt, api, route, victim, intruder, p)
		}
	})
	for _, r := range residents {
		if got := s.statusOf(r.of); got != r.of.Status {
			t.Errorf("%s's case became %s", r.account, got)
		}
	}
}

// trespass asks for something of the victim's in some way with what the intruder knows.
func trespass(rt *rapid.T, api http.Handler, route *echo.Route, victim, intruder *resident, p *casefile.Pattern) {
	path := strings.NewReplacer(":id", fmt.Sprint(int(p.ID)), ":sha256", string(p.File.SHA256), ":key", string(victim.of.Key)).Replace(route.Path)
	path += rapid.SampledFrom([]string{"", "?account=" + string(victim.account), "?endpoint=pc&account=" + string(victim.account)}).Draw(rt, "query")
	body := rapid.SampledFrom([]string{"", victim.zip, `{"event":"applied","sha256":"` + string(p.File.SHA256) + `"}`}).Draw(rt, "body")
	r := httptest.NewRequest(route.Method, path, strings.NewReader(body))
	token := rapid.SampledFrom([]string{intruder.token, intruder.operator, string(victim.account) + "'s old token", "", "nobody's"}).Draw(rt, "token")
	name := rapid.SampledFrom([]string{"", "tm-01", string(victim.account) + "/tm-01"}).Draw(rt, "name")
	switch {
	case name != "":
		r.SetBasicAuth(name, token)
	case token != "":
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, h := range []string{"X-Forwarded-For: 127.0.0.1", "X-Original-URL: /v1/patterns", "Range: bytes=0-4", "Content-Type: application/json",
		`If-None-Match: "sha256:` + string(p.File.SHA256) + `"`} {
		if field, value, _ := strings.Cut(h, ": "); rapid.Bool().Draw(rt, field) {
			r.Header.Set(field, value)
		}
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	said := fmt.Sprint(w.Header(), w.Body)
	for _, mark := range victim.marks() {
		if strings.Contains(said, mark) && !(body == victim.zip && mark == string(victim.of.ForensicData.SHA256)) {
			rt.Fatalf("%s %s says %q of %s to %s", route.Method, path, mark, victim.account, token)
		}
	}
	if w.Code == http.StatusNotModified && strings.Contains(route.Path, "sha256") {
		rt.Fatalf("%s confirms a digest to %s", path, token)
	}
	if authorized := token == intruder.token || token == intruder.operator; !authorized && w.Code != 401 {
		rt.Fatalf("%s %s: %d without a valid token", route.Method, path, w.Code)
	}
}
