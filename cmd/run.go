package cmd

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// Env is everything a run takes from the world around it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Dir            string // where relative paths start; "" is the process's own folder
	Getenv         func(string) string
	Now            func() time.Time
}

// app is one run: the world around it and the flags that hold for every command.
type app struct {
	Env
	words []string // the command as typed, as in "case close"
	quiet bool
	plain bool // --no-color
}

// Run carries out one command line and returns its exit code. It is what main calls, and
// what the tests call.
func Run(ctx context.Context, args []string, env Env) int {
	a := &app{Env: env}
	err := a.run(ctx, args)
	if err != nil {
		a.complain(err)
	}
	return exitCode(err)
}

func (a *app) run(ctx context.Context, args []string) error {
	tree := a.tree()
	line, err := arrange(tree, args)
	if err != nil {
		return err
	}
	a.words = line.words
	if line.help {
		return a.help(tree, line)
	}
	return tree.RunContext(ctx, line.args)
}

// tree is every command there is.
func (a *app) tree() *cli.App {
	return &cli.App{
		Name:                      "casebook",
		Usage:                     "cases, patterns and their history, in git",
		HideHelp:                  true,
		HideVersion:               true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		Writer:                    a.Stdout,
		ErrWriter:                 a.Stderr,
		ExitErrHandler:            func(*cli.Context, error) {}, // only main exits
		Flags:                     globals,
		Before: func(c *cli.Context) error {
			a.quiet, a.plain = c.Bool("quiet"), c.Bool("no-color")
			return nil
		},
		Commands: tidy([]*cli.Command{
			a.initCommand(),
			a.customerCommand(),
			a.mitigatorCommand(),
			a.operatorCommand(),
			a.caseCommand(),
			a.patternCommand(),
			a.validateCommand(),
			a.historyCommand(),
			a.publishedCommand(),
			a.serveCommand(),
			a.consoleCommand(),
			a.mitigateCommand(),
			a.demoCommand(),
			a.schemaCommand(),
			a.completionCommand(),
			a.completeCommand(),
			a.cleanCommand(),
			a.versionCommand(),
		}),
	}
}

// globals may stand anywhere in a command line; arrange moves them to its front.
var globals = []cli.Flag{
	&cli.StringFlag{Name: "C", Usage: "work in `DIR` instead of this folder"},
	&cli.StringFlag{Name: "state", Usage: "keep forensic data, published files and the journal in `DIR`"},
	&cli.BoolFlag{Name: "no-color", Usage: "no colours, as with NO_COLOR set"},
	&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "say only results and errors"},
}

// tidy switches off what the library would add to each command by itself.
func tidy(commands []*cli.Command) []*cli.Command {
	for _, c := range commands {
		c.HideHelp, c.HideHelpCommand = true, true
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error {
			return usage(strings.ReplaceAll(err.Error(), "\n", " "))
		}
		tidy(c.Subcommands)
	}
	return commands
}
