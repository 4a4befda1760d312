package console

import (
	"net"
	"net/http"
	"strings"

	"casebook/casefile"

	"github.com/labstack/echo/v4"
)

// Guard says who may look.
//
// On a loopback address anybody on this machine may. But so may, through their browsers,
// pages from anywhere that give their own name this machine's address: the Host of a
// request must be this machine's.
//
// Where a proxy in front logs people in, UserHeader is the header in which it says who it
// is, and a request without it did not come through the proxy.
type Guard struct {
	UserHeader string // "" where there is no proxy
}

// Why says why a request is not let in; "" if it is.
func (g Guard) Why(r *http.Request) string {
	if g.UserHeader != "" {
		if user := r.Header.Values(g.UserHeader); len(user) == 1 && strings.TrimSpace(user[0]) != "" {
			return ""
		}
		return "the proxy in front has to say who is asking, once, in " + g.UserHeader
	}
	if !here(r.Host) {
		return "the console is for this machine only: open it as localhost or by its address"
	}
	return ""
}

// here reports whether a Host names this machine.
func here(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

const userKey = "user"

// Knows notes who is asking, for the page to show.
func (g Guard) Knows(c echo.Context) {
	if g.UserHeader != "" {
		c.Set(userKey, casefile.OneLine(c.Request().Header.Get(g.UserHeader)))
	}
}

func userOf(c echo.Context) string {
	user, _ := c.Get(userKey).(string)
	return user
}
