package cmd

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/serve/mitigator"
)

func (a *app) mitigateCommand() *cli.Command {
	return &cli.Command{
		Name: "mitigate", Usage: "be a Threat Mitigator: pull patterns, apply them, report",
		Description: "casebook mitigate --server http://127.0.0.1:8443 --token-file tm-01.token --dir /var/lib/tm-01 --exec 'clean-endpoint {}'",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "server", Usage: "the casebook server's `URL`; given again, the next one to turn to", Required: true},
			&cli.StringFlag{Name: "token-file", Usage: "a `FILE` with the token that mitigator add printed"},
			&cli.StringFlag{Name: "dir", Usage: "keep patterns and what was done in `DIR`", Required: true},
			&cli.StringFlag{Name: "exec", Usage: "apply a pattern with `CMD`, {} being its file"},
			&cli.StringFlag{Name: "watch-dir", Usage: "hand in the forensic data found in `DIR` as ENDPOINT.zip or ENDPOINT--ANYTHING.zip; it is moved to sent/ or refused/ there"},
			&cli.StringFlag{Name: "ca", Usage: "believe only servers that the authorities in the PEM `FILE` vouch for"},
			&cli.StringFlag{Name: "cert", Usage: "show servers the certificate in the PEM `FILE`; it can stand for the token"},
			&cli.StringFlag{Name: "key", Usage: "the `FILE` with the key of --cert"},
			&cli.DurationFlag{Name: "wait", Usage: "ask the server to hold a poll for `TIME`, until the list changes; 0 is not at all", Value: 55 * time.Second},
			&cli.DurationFlag{Name: "every", Usage: "poll every `TIME` where the server holds no polls; the vendor's heartbeat is ten minutes", Value: 10 * time.Minute},
			&cli.BoolFlag{Name: "allow-rollback", Usage: "take a list older than one seen, of a casebook that was set back on purpose"},
			&cli.BoolFlag{Name: "once", Usage: "do one round and end, for cron"},
		},
		Action: a.mitigate,
	}
}

func (a *app) mitigate(ctx *cli.Context) error {
	c := &call{app: a, Context: ctx}
	token, err := "", error(nil)
	switch file := c.String("token-file"); {
	case file != "":
		token, err = c.token(file)
	case c.String("cert") == "":
		err = usage("give --token-file, or --cert and --key", "casebook mitigate --help")
	}
	if err != nil {
		return err
	}
	config := mitigator.Config{
		Servers: c.StringSlice("server"), Token: token, Dir: c.path(c.String("dir")), Exec: c.String("exec"),
		Watch: c.given("watch-dir"), CA: c.given("ca"), Cert: c.given("cert"), Key: c.given("key"), AllowRollback: c.Bool("allow-rollback"),
		Wait: c.Duration("wait"), Every: c.Duration("every"), Log: c.logger(), Now: c.Now,
	}
	if !c.Bool("once") {
		return mitigator.Run(ctx.Context, config)
	}
	did, err := mitigator.Once(ctx.Context, config)
	if err == nil && !c.quiet {
		fmt.Fprintln(c.Stdout, passed(did))
	}
	return err
}

// given is the path a flag names, or nothing.
func (c *call) given(flag string) string {
	if c.String(flag) == "" {
		return ""
	}
	return c.path(c.String(flag))
}

// token reads a token from its file: a command line can be seen by everyone on a machine.
func (c *call) token(file string) (string, error) {
	text, err := os.ReadFile(c.path(file))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", failed(file+" does not hold a token", "casebook mitigator rotate ACCOUNT NAME >"+shellWord(file)+", or casebook operator rotate NAME for an operator's")
	}
	return token, nil
}

// passed is what one round did, in words.
func passed(did mitigator.Result) string {
	words := "the list is as it was"
	if did.Changed {
		words = "the list has changed"
	}
	for _, part := range []struct {
		word string
		ids  []casefile.PatternID
	}{{"downloaded", did.Downloaded}, {"applied", did.Applied}, {"failed", did.Failed}} {
		if len(part.ids) > 0 {
			words += "; " + part.word + " " + numbers(part.ids)
		}
	}
	words += "; " + plural(did.Receipts, "receipt") + " taken"
	for _, key := range did.HandedIn {
		words += "; handed in " + string(key)
	}
	return words
}
