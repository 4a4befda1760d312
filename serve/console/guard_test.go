package console

import (
	"net/http/httptest"
	"testing"
)

func TestOnlyWhoMayLookIsLetIn(t *testing.T) {
	for _, c := range []struct {
		name, header, host string
		users              []string
		in                 bool
	}{
		{"this machine by name", "", "localhost:8080", nil, true},
		{"this machine by address", "", "127.0.0.1:8080", nil, true},
		{"another of its addresses", "", "127.9.9.9", nil, true},
		{"this machine in IPv6", "", "[::1]:8080", nil, true},
		{"without a port, in IPv6", "", "[::1]", nil, true},
		{"a name that was bound to our address", "", "evil.example:8080", nil, false},
		{"a name that begins like an address", "", "127.0.0.1.evil.example", nil, false},
		{"a name that ends like ours", "", "localhost.evil.example", nil, false},
		{"another machine's address", "", "192.0.2.1:8080", nil, false},
		{"no host", "", "", nil, false},
		{"somebody, though no proxy was announced", "", "evil.example", []string{"jane"}, false},
		{"somebody by the proxy", "X-User", "cases.example", []string{"jane"}, true},
		{"nobody by the proxy", "X-User", "localhost", nil, false},
		{"an empty user", "X-User", "cases.example", []string{" "}, false},
		{"two users", "X-User", "cases.example", []string{"jane", "root"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Host = c.host
			for _, user := range c.users {
				r.Header.Add("X-User", user)
			}
			if why := (Guard{c.header}).Why(r); (why == "") != c.in {
				t.Errorf("let in is %v, want %v: %s", why == "", c.in, why)
			}
		})
	}
}
