package cmd

import (
	"net"
	"net/http"
	"time"

	"github.com/urfave/cli/v2"

	"casebook/serve"
)

// userHeaderFlag is on both commands that show the pages.
func userHeaderFlag() cli.Flag {
	return &cli.StringFlag{Name: "console-user-header", Usage: "a proxy in front logs people in and says who it is in `NAME`; the console may then have any address"}
}

func (a *app) consoleCommand() *cli.Command {
	return &cli.Command{
		Name: "console", Usage: "show the casebook's pages in a browser, without a server",
		Description: "casebook -C acme-cases console",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "show the pages on `ADDR`", Value: "127.0.0.1:8080"},
			&cli.StringFlag{Name: "branch", Usage: "show this `BRANCH`; the one casebook.yaml names where absent"},
			userHeaderFlag(),
			&cli.DurationFlag{Name: "tick", Usage: "look at the branch at least every `TIME`, with or without file events", Value: 5 * time.Second},
		},
		Action: a.verb(showPages),
	}
}

func showPages(c *call) error {
	header, err := c.userHeader()
	if err != nil {
		return err
	}
	return serve.Pages(c.Context.Context, serve.Config{
		Dir: c.folder(), State: c.stateFolder(), Branch: c.String("branch"), Console: c.String("listen"), UserHeader: header,
		Tick: c.Duration("tick"), Log: c.logger(), Now: c.Now, Getenv: c.Getenv,
	}, func(at net.Addr) { c.talk("the pages are on http://%s; Ctrl-C ends", at) })
}

// userHeader is the name of a header, in the one way in which they are compared.
func (c *call) userHeader() (string, error) {
	name := c.String("console-user-header")
	for _, r := range name {
		if !('a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9' || r == '-') {
			return "", usage("--console-user-header: "+name+" is no header's name", "--console-user-header X-Forwarded-User")
		}
	}
	return http.CanonicalHeaderKey(name), nil
}
