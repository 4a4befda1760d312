package serve

import (
	"net/http"
	"testing"
	"time"

	"casebook/casefile"
)

func TestTwoTokensOverlapUntilTheOldOneEnds(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	until := today.Time().Add(time.Hour)
	m := registered("acme", "tm-01", acmeToken)
	m.Rotate(digestOf("the new token"), casefile.At(until))
	b.commit(m)
	if s.ask("GET", "/v1/patterns", acmeToken).StatusCode != 200 {
		t.Error("the old token ended before its successor was published")
	}
	s.look(t.Context())
	now := s.current.Load()
	for name, c := range map[string]struct {
		token string
		at    time.Time
		want  bool
	}{
		"the new one at once":                 {"the new token", today.Time(), true},
		"the new one later":                   {"the new token", until.Add(time.Hour), true},
		"the old one in the last second":      {acmeToken, until.Add(-time.Second), true},
		"the old one when its time has come":  {acmeToken, until, false},
		"the old one afterwards":              {acmeToken, until.Add(time.Hour), false},
		"another mitigator is left as it was": {secondToken, until.Add(time.Hour), true},
	} {
		r := &http.Request{Header: http.Header{"Authorization": {"Bearer " + c.token}}}
		if v := now.authenticate(r, c.at); (v != nil) != c.want {
			t.Errorf("%s: let in %v", name, v != nil)
		} else if c.want && v.of.account != "acme" {
			t.Errorf("%s: %s's data", name, v.of.account)
		}
	}
	m.Revoked = today
	b.commit(m)
	s.look(t.Context())
	for _, token := range []string{acmeToken, "the new token"} {
		isProblem(t, s.ask("GET", "/v1/patterns", token), 401, "unauthorized")
	}
}

func TestATokenBeforeThatIsAnotherCustomersIsRefused(t *testing.T) {
	b := newBook(t)
	s := b.serve()
	m := registered("zenith", "tm-01", acmeToken)
	m.Rotate(digestOf("zenith's new one"), casefile.At(today.Time().Add(time.Hour)))
	bad := b.commit(m)
	s.look(t.Context())
	if r := s.found.Load().refused; r == nil || r.commit != bad || r.problems[0].Rule != casefile.RuleSharedToken || r.problems[0].Line == 0 {
		t.Errorf("refused %+v", r)
	}
}
