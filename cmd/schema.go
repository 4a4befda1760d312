package cmd

import (
	"encoding/json"
	"errors"
	"path"
	"strings"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
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

const (
	schemaDir      = ".casebook/schemas"
	editorSettings = ".vscode/settings.json"
)

// filesOfKind say which files an editor checks by which schema.
var filesOfKind = map[string]string{
	"book":      casefile.BookFile,
	"customer":  "customers/*/customer.yaml",
	"mitigator": "customers/*/mitigators/*.yaml",
	"operator":  "operators/*.yaml",
	"case":      "customers/*/cases/*/*.yaml",
	"pattern":   "customers/*/patterns/*/pattern.yaml",
}

// addSchemas gives editors what they need to complete and check records: the schemas, and the
// settings by which yaml-language-server finds them. Settings that are there are left alone.
func addSchemas(tx *repo.Tx) error {
	mapping := map[string]string{}
	for kind, files := range filesOfKind {
		text, err := casefile.Schema(kind)
		if err != nil {
			return err
		}
		file := path.Join(schemaDir, kind+".json")
		mapping["./"+file] = files
		if err := tx.PutText(file, text); err != nil {
			return err
		}
	}
	if _, err := tx.Bytes(editorSettings); !errors.Is(err, repo.ErrNotFound) {
		return err
	}
	settings, err := json.MarshalIndent(map[string]any{"yaml.schemas": mapping}, "", "  ")
	if err != nil {
		return err
	}
	return tx.PutText(editorSettings, append(settings, '\n'))
}
