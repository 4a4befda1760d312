package cmd

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

// call is one verb being carried out.
type call struct {
	*app
	*cli.Context
	book *repo.Repo
	then string // the next step, as a command to type
}

// arg is the i-th argument, "" where it was left out.
func (c *call) arg(i int) string { return c.Args().Get(i) }

// path is a path the user typed, made absolute.
func (c *call) path(p string) string {
	if filepath.IsAbs(p) || c.Dir == "" {
		return p
	}
	return filepath.Join(c.Dir, p)
}

// folder is the folder the command works in.
func (c *call) folder() string {
	if dir := c.Context.String("C"); dir != "" {
		return c.path(dir)
	}
	return c.path(".")
}

func (c *call) stateFolder() string {
	if dir := c.Context.String("state"); dir != "" {
		return c.path(dir)
	}
	return ""
}

// verb is a command that needs a casebook.
func (a *app) verb(do func(*call) error) cli.ActionFunc {
	return func(ctx *cli.Context) error {
		c := &call{app: a, Context: ctx}
		book, err := repo.Open(c.folder(), c.stateFolder(), a.Getenv)
		if err != nil {
			return err
		}
		c.book = book
		return do(c)
	}
}

// read is a verb that looks at the last commit.
func (a *app) read(do func(*call, *repo.Snapshot) error) cli.ActionFunc {
	return a.verb(func(c *call) error {
		s, err := c.book.Snapshot("")
		if err != nil {
			return err
		}
		defer s.Close()
		if err := c.holdsCasebook(s); err != nil {
			return err
		}
		return do(c, s)
	})
}

// change is a verb that makes one commit.
func (a *app) change(do func(*call, *repo.Tx) (repo.Message, error)) cli.ActionFunc {
	return a.verb(func(c *call) error { return c.commit(do) })
}

// holdsCasebook refuses a repository of something else, where a verb would be a strange commit, and a
// casebook that is newer than this program.
func (c *call) holdsCasebook(s *repo.Snapshot) error {
	err := s.Get(&casefile.Book{})
	if errors.Is(err, repo.ErrNotFound) {
		return fmt.Errorf("%s: %w", c.folder(), repo.ErrNoCasebook)
	}
	return err
}

// commit carries out the change of a casebook.
func (c *call) commit(do func(*call, *repo.Tx) (repo.Message, error)) error {
	return c.commitAnywhere(func(c *call, tx *repo.Tx) (repo.Message, error) {
		if err := c.holdsCasebook(tx.Snapshot); err != nil {
			return repo.Message{}, err
		}
		return do(c, tx)
	})
}

// commitAnywhere carries out the change, and prints what changed and the next step.
func (c *call) commitAnywhere(do func(*call, *repo.Tx) (repo.Message, error)) error {
	var said repo.Message
	how := repo.How{Now: c.Now(), DryRun: c.Bool("dry-run"), Waiting: func(lock string) { c.talk("waiting for git (%s)", lock) }}
	done, err := c.book.Change(c.Context.Context, how, func(tx *repo.Tx) (repo.Message, error) {
		var err error
		said, err = do(c, tx)
		return said, err
	})
	if err != nil {
		return err
	}
	if err := c.report(done, said); err != nil {
		return err
	}
	if c.then != "" && !how.DryRun {
		c.talk("next: %s", c.then)
	}
	return nil
}

// report prints what a change did.
func (c *call) report(done *repo.Changed, said repo.Message) error {
	_, err := io.WriteString(c.Stdout, c.outcome(done, said))
	if err != nil && done.Commit != "" {
		return fmt.Errorf("%s is committed, but its outcome could not be printed: %w", done.Commit, err)
	}
	return err
}

// outcome is what a change did, in words: with --quiet only the name of what it was done to.
func (c *call) outcome(done *repo.Changed, said repo.Message) string {
	if c.quiet {
		if name := subject(said); name != "" {
			return name + "\n"
		}
		return ""
	}
	var text strings.Builder
	switch {
	case len(done.Records) == 0:
		return strings.Join(c.words, " ") + ": nothing to change\n"
	case done.Commit == "":
		fmt.Fprintf(&text, "would commit on %s: %s\n", done.Branch, casefile.OneLine(said.Subject))
	default:
		fmt.Fprintf(&text, "%s %s on %s: %s\n", c.paint(c.Stdout, bold, "committed"), done.Commit[:10], done.Branch, casefile.OneLine(said.Subject))
	}
	for _, r := range done.Records {
		fmt.Fprintf(&text, "  %s%s\n", casefile.Visible(r.Path), map[bool]string{true: " (new)"}[r.Created])
		for _, d := range r.Fields {
			fmt.Fprintf(&text, "    %s\n", difference(d))
		}
	}
	return text.String()
}

func subject(m repo.Message) string {
	switch {
	case m.Pattern.ID != 0:
		return m.Pattern.String()
	case m.Case.Key != "":
		return m.Case.String()
	}
	return ""
}

func difference(d casefile.Difference) string {
	switch {
	case d.From == "":
		return fmt.Sprintf("%s: %s", d.Field, short(d.To, 100))
	case d.To == "":
		return fmt.Sprintf("%s: %s → nothing", d.Field, short(d.From, 60))
	}
	return fmt.Sprintf("%s: %s → %s", d.Field, short(d.From, 60), short(d.To, 60))
}

// talk is a line to the person at the terminal, not a result.
func (a *app) talk(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.Stderr, "casebook: %s\n", casefile.OneLine(fmt.Sprintf(format, args...)))
	}
}

// message is what an auditor will read: noun, verb, record and reason. A reason for which
// the subject has no room stands whole in the body.
func (c *call) message(record, detail string) repo.Message {
	m := repo.Message{Subject: strings.Join(c.words, " ") + " " + record, Verb: c.words[len(c.words)-1]}
	if detail == "" {
		return m
	}
	const room = 60
	m.Subject += ": " + short(detail, room)
	if short(detail, room) != detail {
		m.Body = detail
	}
	return m
}

// caseMessage names the case.
func (c *call) caseMessage(of *casefile.Case, detail string) repo.Message {
	m := c.message(of.Ref().String(), detail)
	m.Case = of.Ref()
	return m
}

// patternMessage names the entry and its case.
func (c *call) patternMessage(p *casefile.Pattern, detail string) repo.Message {
	m := c.message(p.Ref().String(), detail)
	m.Case = casefile.CaseRef{Account: p.Account, Key: p.Target.Case}
	m.Pattern = p.Ref()
	return m
}
