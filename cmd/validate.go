package cmd

import (
	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

func (a *app) validateCommand() *cli.Command {
	return &cli.Command{
		Name: "validate", ArgsUsage: "[COMMIT]", Usage: "check every file of the work tree or of a commit, or what a change does",
		Description: "casebook validate\ncasebook validate main --format json\ncasebook validate --base origin/main\ncasebook validate --base origin/main --plan\ncasebook validate --explain illegal-move",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "print problems as `FORMAT`: text, json, github (annotations) or sarif", Value: "text"},
			&cli.StringFlag{Name: "base", Usage: "judge what changed since history left the commit `REV`"},
			&cli.StringFlag{Name: "head", Usage: "with --base: the commit `REV` that is judged, HEAD where it is left out"},
			&cli.BoolFlag{Name: "plan", Usage: "with --base: say in Markdown what the change will do"},
			&cli.BoolFlag{Name: "explain", Usage: "tell of the rule given in place of COMMIT, or list all rules"},
		},
		Action: a.validate,
	}
}

// validate sorts out what is asked for; rules can be explained without a casebook.
func (a *app) validate(ctx *cli.Context) error {
	c := &call{app: a, Context: ctx}
	base := c.String("base")
	switch {
	case c.Bool("explain"):
		return c.explainRule(c.arg(0))
	case base == "" && (c.Bool("plan") || c.String("head") != ""):
		return usage("--plan and --head go with --base", "casebook validate --base origin/main")
	case base != "" && c.arg(0) != "":
		return usage("--base goes with --head, not with a COMMIT", "casebook validate --base "+shellWord(base)+" --head "+shellWord(c.arg(0)))
	}
	return a.verb(func(c *call) error {
		if c.Bool("plan") {
			return c.plan()
		}
		return c.judge()
	})(ctx)
}

// judge prints every problem of every file, never just the first.
func (c *call) judge() error {
	format, err := choose(c, "format", "text", "json", "github", "sarif")
	if err != nil {
		return err
	}
	problems, err := c.examine()
	if err != nil {
		return err
	}
	print := map[string]func(casefile.Problems) error{
		"text": c.printProblems, "json": c.printProblemsJSON, "github": c.annotate, "sarif": c.printSARIF,
	}[format]
	if err := print(problems); err != nil {
		return err
	}
	if n := problems.Errors(); n > 0 {
		return &complaint{code: exitProblems, text: plural(n, "problem")}
	}
	if format == "text" && len(problems) == 0 {
		c.talk("no problems")
	}
	return nil
}

// examine checks a change where there is a base, a commit where one is named or there is no
// work tree, and else the work tree.
func (c *call) examine() (casefile.Problems, error) {
	switch {
	case c.String("base") != "":
		p, err := c.proposal()
		if err != nil {
			return nil, err
		}
		defer p.Close()
		return p.Validate()
	case c.arg(0) == "" && !c.book.Bare():
		return c.book.ValidateWorkTree()
	}
	s, err := c.book.Snapshot(c.arg(0))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Validate()
}

func (c *call) proposal() (*repo.Proposal, error) {
	p, err := c.book.Propose(c.String("base"), c.String("head"))
	return p, missing(err, "git fetch brings commits that are not here; a pipeline needs the whole history, not a shallow clone")
}
