package cmd

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
)

func (a *app) validateCommand() *cli.Command {
	return &cli.Command{
		Name: "validate", ArgsUsage: "[COMMIT]", Usage: "check every file of the work tree, or of a commit",
		Description: "casebook validate\ncasebook validate main --format json",
		Flags:       []cli.Flag{&cli.StringFlag{Name: "format", Usage: "print problems as `FORMAT`: text or json", Value: "text"}},
		Action:      a.verb(validate),
	}
}

// validate prints every problem of every file, never just the first.
func validate(c *call) error {
	format, err := choose(c, "format", "text", "json")
	if err != nil {
		return err
	}
	problems, err := c.examine()
	if err != nil {
		return err
	}
	if format == "json" {
		if err := printJSON(c.Stdout, append(casefile.Problems{}, problems...)); err != nil || len(problems) == 0 {
			return err
		}
		return &complaint{code: exitProblems, text: plural(len(problems), "problem")}
	}
	for _, p := range problems {
		fmt.Fprintln(c.Stdout, visible(p.String()))
		if p.Hint != "" {
			fmt.Fprintf(c.Stdout, "    hint: %s\n", oneLine(p.Hint))
		}
	}
	if len(problems) == 0 {
		c.talk("no problems")
		return nil
	}
	return &complaint{code: exitProblems, text: plural(len(problems), "problem")}
}

// examine checks a commit where one is named or there is no work tree.
func (c *call) examine() (casefile.Problems, error) {
	if c.arg(0) == "" && !c.book.Bare() {
		return c.book.ValidateWorkTree()
	}
	s, err := c.book.Snapshot(c.arg(0))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Validate()
}
