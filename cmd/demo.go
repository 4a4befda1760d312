package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"
)

func (a *app) demoCommand() *cli.Command {
	return &cli.Command{
		Name: "demo", Usage: "play the custom-pattern procedure, from evidence to closed case, in a temporary folder",
		Description: "casebook demo --once",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "once", Usage: "end when the case is closed, instead of serving until Ctrl-C"}},
		Action:      func(ctx *cli.Context) error { return a.demo(ctx.Context, ctx.Bool("once")) },
	}
}

// demo is a stage: a casebook, a server and an endpoint in one temporary folder. It plays
// the real verbs on it.
type demo struct {
	*app
	dir          string // everything of the demo
	url, console string // of the server
}

// The threat, and the forensic data about it, are made up; what finds and removes the one
// is the pattern that travels through the casebook.
const threat = "X-THREAT-MARK"

func (a *app) demo(ctx context.Context, once bool) error {
	dir, err := os.MkdirTemp("", "casebook-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &demo{app: a, dir: dir}
	if err := d.props(); err != nil {
		return err
	}
	d.say("A casebook, a customer and its Threat Mitigator")
	if err := d.play(ctx, words("init", "."), words("customer", "add", "acme", "--company", "Acme Corp.")); err != nil {
		return err
	}
	if err := d.playInto(ctx, "tm-01.token", words("mitigator", "add", "acme", "tm-01")); err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	if err := d.serve(serving, ended); err != nil {
		stop()
		return err
	}
	err = d.act(ctx)
	if err == nil && !once {
		d.say("The server stays up at " + d.url + "; Ctrl-C ends it")
		<-ctx.Done()
	}
	stop()
	return errors.Join(err, <-ended)
}

// props makes the infected endpoint, its forensic data and the vendor's answer.
func (d *demo) props() error {
	const emptyZip = "PK\x03\x04\x0a\x00\x01\x00\x00\x00" + "encrypted forensic data of ws-017" + "PK\x05\x06" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for name, text := range map[string]string{
		"ws-017/report.doc":  "an ordinary document\n",
		"ws-017/invoice.exe": "MZ " + threat + "\n",
		"ws-017.zip":         emptyZip,
		"vendor/lpt$vpn.123": threat + "\n",
	} {
		path := filepath.Join(d.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// scene is a few command lines under a title.
type scene struct {
	title string
	lines [][]string
}

// act is the procedure of the vendor's page, "Custom Pattern", steps 1 to 12.
func (d *demo) act(ctx context.Context) error {
	key := d.Now().UTC().Format("20060102") + "-ws-017"
	clean, err := cleanWith(filepath.Join(d.dir, "ws-017"))
	if err != nil {
		return err
	}
	for _, scene := range []scene{
		{"Forensic data arrives: a case opens", [][]string{
			words("case", "receive", "acme", "--endpoint", "ws-017", "--mitigator", "tm-01", "--forensics", "ws-017.zip"),
			words("case", "download", key, "-o", "to-the-vendor.zip"),
		}},
		{"The vendor answers with a Case ID and a bandage pattern", [][]string{
			words("case", "identify", key, "--case-id", "1-10293847"),
			words("pattern", "upload", key, "vendor/lpt$vpn.123", "--type", "bandage", "--version", "6.123.45", "--description", "for ws-017"),
		}},
		{"Threat Mitigator pulls the pattern, applies it on ws-017 and reports", [][]string{
			words("mitigate", "--once", "--server", d.url, "--token-file", "tm-01.token", "--dir", "tm-01", "--exec", clean),
		}},
	} {
		d.say(scene.title)
		if err := errors.Join(d.play(ctx, scene.lines...), d.published(ctx)); err != nil {
			return err
		}
	}
	if err := d.cleaned(); err != nil {
		return err
	}
	d.say("What was observed is in git too")
	if err := d.delivered(ctx); err != nil {
		return err
	}
	if err := d.play(ctx, words("pattern", "list", "acme")); err != nil {
		return err
	}
	d.say("The threat is gone: Resolved, and the case is closed")
	err = d.play(ctx,
		words("pattern", "resolve", "acme/1"),
		words("case", "close", key, "--reason", "custom pattern eliminated the threats on ws-017"),
		words("case", "list", "acme"))
	if err != nil {
		return err
	}
	d.say("And git remembers all of it")
	return d.play(ctx, words("history"))
}

// cleaned insists that the pattern did its work and nothing else.
func (d *demo) cleaned() error {
	_, gone := os.Stat(filepath.Join(d.dir, "ws-017", "invoice.exe"))
	if _, kept := os.Stat(filepath.Join(d.dir, "ws-017", "report.doc")); kept != nil || !os.IsNotExist(gone) {
		return failed("the demo's endpoint was not cleaned")
	}
	fmt.Fprintln(d.Stdout, "\nws-017: invoice.exe is gone, report.doc is untouched")
	return nil
}

func (d *demo) say(title string) { fmt.Fprintf(d.Stdout, "\n== %s ==\n", title) }
