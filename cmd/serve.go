package cmd

import (
	"log/slog"
	"net"
	"time"

	"github.com/urfave/cli/v2"

	"casebook/repo"
	"casebook/serve"
)

func (a *app) serveCommand() *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "watch the casebook and publish its patterns to Threat Mitigators",
		Description: "casebook -C acme-cases serve --listen 127.0.0.1:8443",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "answer Threat Mitigators on `ADDR`", Value: "127.0.0.1:8443"},
			&cli.StringFlag{Name: "console", Usage: "show the pages, and answer operators' tools (/livez, /readyz, /status, /metrics), on `ADDR`", Value: "127.0.0.1:8080"},
			userHeaderFlag(),
			&cli.StringFlag{Name: "branch", Usage: "publish this `BRANCH`; the one casebook.yaml names where absent"},
			&cli.StringFlag{Name: "max-forensics", Usage: "take forensic data of this `SIZE` at the most, as in 500M or 2G", Value: "2G"},
			&cli.StringFlag{Name: "tls-cert", Usage: "answer Threat Mitigators over TLS, with the certificate in `FILE`; read again when it changes"},
			&cli.StringFlag{Name: "tls-key", Usage: "the certificate's key is in `FILE`"},
			&cli.StringFlag{Name: "client-ca", Usage: "a client certificate of an authority in `FILE` stands for the token of the mitigator it names, as CN ACCOUNT/NAME or URI casebook:ACCOUNT/NAME"},
			&cli.StringFlag{Name: "signing-key", Usage: "sign what the server commits (intake, downloads, deliveries) with the SSH key in `FILE`"},
			&cli.BoolFlag{Name: "plain-http", Usage: "a proxy before us does TLS, so --listen may be any address"},
			&cli.IntFlag{Name: "rate", Usage: "answer `N` requests a second of each mitigator and operator, in bursts of ten seconds' worth; 0 is any number", Value: 1000},
			&cli.DurationFlag{Name: "drain", Usage: "let answers under way take `TIME` when stopped, and cut them then", Value: 30 * time.Second},
			&cli.DurationFlag{Name: "tick", Usage: "look at the branch at least every `TIME`, with or without file events", Value: 30 * time.Second},
		},
		Action: a.verb(serveCasebook),
	}
}

func serveCasebook(c *call) error {
	largest, err := parseSize(c.String("max-forensics"))
	if err != nil {
		return usage("--max-forensics: " + err.Error())
	}
	tls := serve.TLS{Cert: c.given("tls-cert"), Key: c.given("tls-key"), ClientCA: c.given("client-ca")}
	scheme := "http"
	if tls != (serve.TLS{}) {
		scheme = "https"
	}
	if scheme == "https" && (tls.Cert == "" || tls.Key == "") {
		return usage("TLS needs a certificate and its key", "--tls-cert FILE --tls-key FILE")
	}
	if c.Int("rate") < 0 {
		return usage("--rate: less than nothing", "--rate 0 answers any number of requests")
	}
	header, err := c.userHeader()
	if err != nil {
		return err
	}
	var key *repo.SigningKey
	if file := c.String("signing-key"); file != "" {
		if key, err = repo.ReadSigningKey(c.path(file), c.Getenv("SSH_AUTH_SOCK")); err != nil {
			return err
		}
	}
	return serve.Run(c.Context.Context, serve.Config{
		Key: key,
		Dir: c.folder(), State: c.stateFolder(), Branch: c.String("branch"),
		Listen: c.String("listen"), Console: c.String("console"), UserHeader: header, TLS: tls, PlainHTTP: c.Bool("plain-http"), Rate: c.Int("rate"), Drain: c.Duration("drain"), Forensics: largest,
		Tick: c.Duration("tick"), Log: c.logger(), Now: c.Now, Getenv: c.Getenv,
	}, func(listen, console net.Addr) {
		c.talk("answering mitigators on %s://%s, the console is on http://%s; Ctrl-C ends", scheme, listen, console)
	})
}

// logger writes what a long-running command has to tell, a line a fact.
func (a *app) logger() *slog.Logger {
	level := slog.LevelInfo
	if a.quiet {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: level}))
}
