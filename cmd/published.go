package cmd

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"casebook/serve"
)

func (a *app) publishedCommand() *cli.Command {
	return &cli.Command{
		Name: "published", ArgsUsage: "COMMIT ACCOUNT", Usage: "print the list exactly as every server answers it at a commit",
		Description: "casebook published main acme\ncasebook published 3f2a91c acme --etag",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "etag", Usage: "print the list's ETag instead of its bytes"}},
		Action:      a.verb(published),
	}
}

func published(c *call) error {
	s, err := c.book.Snapshot(c.arg(0))
	if err != nil {
		return missing(err, "git log names the commits there are")
	}
	defer s.Close()
	account, err := customerNamed(s, c.arg(1))
	if err != nil {
		return err
	}
	list, err := serve.ListAt(s, account)
	if err != nil {
		return err
	}
	if c.Bool("etag") {
		_, err = fmt.Fprintln(c.Stdout, list.ETag)
		return err
	}
	c.talk("ETag %s, commit %s", list.ETag, s.Commit())
	_, err = c.Stdout.Write(list.Body)
	return err
}
