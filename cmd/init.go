package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

// attributes keep git from ever converting a byte: pattern files are compared by digest,
// and the line ends of records are their writers' own.
const attributes = "* -text\n"

// ignored keeps what case download and mitigator add leave in this folder from ever being
// committed by a hasty git add: evidence is dangerous, and a token is a secret.
const ignored = "/*.zip\n/*.token\n"

func (a *app) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", ArgsUsage: "[DIR]", Usage: "make a casebook, in a new git repository or in one that is there",
		Description: "casebook init acme-cases",
		Flags:       writes(),
		Action:      a.init,
	}
}

func (a *app) init(ctx *cli.Context) error {
	c := &call{app: a, Context: ctx}
	dir := c.folder()
	if c.arg(0) != "" {
		dir = c.path(c.arg(0))
	}
	if _, err := repo.Open(dir, "", a.Getenv); c.Bool("dry-run") && (errors.Is(err, repo.ErrNoCasebook) || errors.Is(err, fs.ErrNotExist)) {
		fmt.Fprintf(c.Stdout, "would make a git repository and a casebook in %s\n", dir)
		return nil
	}
	book, err := repo.Init(dir, a.Getenv)
	if err != nil {
		return err
	}
	c.book = book
	c.then = "casebook customer add ACCOUNT --company NAME"
	return c.commitAnywhere(func(c *call, tx *repo.Tx) (repo.Message, error) {
		if err := tx.Get(&casefile.Book{}); !errors.Is(err, repo.ErrNotFound) {
			return repo.Message{}, refused(dir+" holds a casebook already", "casebook -C "+shellWord(dir)+" validate")
		}
		branch, err := book.Head()
		if err != nil {
			return repo.Message{}, err
		}
		if err := errors.Join(addText(tx, casefile.AttributesFile, attributes), addText(tx, ".gitignore", ignored), addSchemas(tx)); err != nil {
			return repo.Message{}, err
		}
		return repo.Message{Subject: "init casebook", Verb: "init"},
			tx.Put(&casefile.Book{Format: casefile.Format, Branch: branch, Signatures: casefile.SignaturesOptional})
	})
}

// addText puts lines behind those that a file in an older repository has already.
func addText(tx *repo.Tx, file, lines string) error {
	there, err := tx.Bytes(file)
	if err != nil && !errors.Is(err, repo.ErrNotFound) {
		return err
	}
	if len(there) > 0 && !bytes.HasSuffix(there, []byte("\n")) {
		there = append(there, '\n')
	}
	return tx.PutText(file, append(there, lines...))
}
