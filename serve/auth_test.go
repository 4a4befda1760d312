package serve

import (
	"encoding/base64"
	"strings"
	"testing"

	"casebook/casefile"
)

func TestTokens(t *testing.T) {
	s, _, _ := procedure(t)
	basic := func(name, token string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+token))
	}
	for name, c := range map[string]struct {
		field string
		want  int
	}{
		"bearer":                       {"Bearer " + acmeToken, 200},
		"bearer in small letters":      {"bearer  " + acmeToken, 200},
		"basic":                        {basic("tm-01", acmeToken), 200},
		"nothing":                      {"", 401},
		"a scheme alone":               {"Bearer", 401},
		"an empty token":               {"Bearer ", 401},
		"another scheme":               {"Digest " + acmeToken, 401},
		"no scheme":                    {acmeToken, 401},
		"wrong":                        {"Bearer x" + acmeToken, 401},
		"revoked":                      {"Bearer " + oldToken, 401},
		"the digest for the token":     {"Bearer " + string(digestOf(acmeToken)), 401},
		"endless":                      {"Bearer " + strings.Repeat("x", 100000), 401},
		"basic with the wrong name":    {basic("tm-02", acmeToken), 401},
		"basic without a name":         {basic("", acmeToken), 401},
		"basic that is not base64":     {"Basic !!!", 401},
		"basic with a revoked token":   {basic("tm-03", oldToken), 401},
		"basic with a token and no :":  {"Basic " + base64.StdEncoding.EncodeToString([]byte(acmeToken)), 401},
		"basic with the name repeated": {basic("tm-01", "tm-01:"+acmeToken), 401},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.ask("GET", "/v1/patterns", "", "Authorization: "+c.field)
			if c.want == 200 {
				if r.StatusCode != 200 {
					t.Errorf("%d", r.StatusCode)
				}
				return
			}
			if len(r.Header.Values("Www-Authenticate")) != 2 {
				t.Errorf("Www-Authenticate %q", r.Header.Values("Www-Authenticate"))
			}
			isProblem(t, r, 401, "unauthorized")
		})
	}
	if strings.Contains(s.log.String(), "token") {
		t.Errorf("the log speaks of tokens:\n%s", s.log)
	}
}

func TestCustomersSeeNothingOfEachOther(t *testing.T) {
	s, mine, theirs := procedure(t)
	if got := bodyOf(s.ask("GET", "/v1/patterns", zenithToken)); strings.Contains(got, "acme") || strings.Contains(got, "ws-017") {
		t.Errorf("zenith is told %s", got)
	}
	for token, other := range map[string]*casefile.Pattern{acmeToken: theirs, zenithToken: mine} {
		for _, method := range []string{"GET", "HEAD"} {
			r := s.ask(method, "/v1/files/"+string(other.File.SHA256), token)
			if r.StatusCode != 404 || r.Header.Get("Etag") != "" {
				t.Errorf("%s of another customer's file: %d %v", method, r.StatusCode, r.Header)
			}
		}
	}
	isProblem(t, s.ask("GET", "/v1/patterns/2", zenithToken), 404, "not-found")
	isProblem(t, s.report(zenithToken, 2, `{"event":"applied","version":"1"}`), 404, "not-found")
}
