package cmd

import (
	"strings"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
)

func (a *app) schemaCommand() *cli.Command {
	return &cli.Command{
		Name: "schema", ArgsUsage: "KIND", Usage: "print the JSON Schema of a kind of file: " + strings.Join(casefile.Kinds, ", "),
		Description: "casebook schema case >case.schema.json",
		Action: func(ctx *cli.Context) error {
			kind := ctx.Args().First()
			text, err := casefile.Schema(kind)
			if err != nil {
				return usage(err.Error(), "casebook schema "+casefile.Nearest(kind, casefile.Kinds))
			}
			_, err = a.Stdout.Write(text)
			return err
		},
	}
}
