package cmd

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

func (a *app) patternCommand() *cli.Command {
	version := &cli.StringFlag{Name: "version", Usage: "the `VERSION`, as the vendor wrote it", Required: true}
	description := func(example string) cli.Flag {
		return &cli.StringFlag{Name: "description", Usage: "what it is for, as `TEXT`: " + example, Required: true}
	}
	kind := func(words string) cli.Flag {
		return &cli.StringFlag{Name: "type", Usage: "the `TYPE`: " + words, Required: true}
	}
	return &cli.Command{
		Name: "pattern", Usage: "the vendor's answers to cases",
		Subcommands: []*cli.Command{
			{
				Name: "upload", ArgsUsage: "CASE FILE", Usage: "answer a case with a custom pattern file",
				Description: `casebook pattern upload 20261123-ws-017 'lpt$vpn.123' --type bandage --version 6.123.45 --description "for ws-017"`,
				Flags:       writes(kind("bandage or controlled"), version, description("for ws-017")),
				Action:      a.verb(patternUpload),
			},
			{
				Name: "specify", ArgsUsage: "CASE", Usage: "answer a case with a smart protection pattern's version",
				Description: `casebook pattern specify 20261123-ws-017 --type smart-scan-agent --version 15.357.00 --description "for ws-017"`,
				Flags:       writes(kind("smart-scan-agent or smart-scan"), version, description("for ws-017")),
				Action:      a.change(patternSpecify),
			},
			{
				Name: "none", ArgsUsage: "CASE", Usage: "answer a false alarm: no pattern is required",
				Description: `casebook pattern none 20261123-ws-017 --description "no threat in the forensic data"`,
				Flags:       writes(description("no threat in the forensic data")),
				Action:      a.change(patternNone),
			},
			{
				Name: "resolve", ArgsUsage: "PATTERN", Usage: "confirm that the threat is gone",
				Description: "casebook pattern resolve acme/3",
				Flags:       writes(&cli.BoolFlag{Name: "undo", Usage: "take the confirmation back"}),
				Action:      a.change(patternResolve),
			},
			{
				Name: "reissue", ArgsUsage: "PATTERN", Usage: "issue the same bytes again, as a new entry",
				Description: "casebook pattern reissue acme/3",
				Flags:       writes(), Action: a.change(patternReissue),
			},
			{
				Name: "withdraw", ArgsUsage: "PATTERN", Usage: "take a bad entry off the list, for good",
				Description: `casebook pattern withdraw acme/3 --reason "false positives on ws-020"`,
				Flags:       writes(&cli.StringFlag{Name: "reason", Usage: "why, as `TEXT`", Required: true}),
				Action:      a.change(patternWithdraw),
			},
			{
				Name: "list", ArgsUsage: "[ACCOUNT]", Usage: "list pattern entries, with what was observed of each",
				Description: "casebook pattern list acme --status not-applied",
				Flags:       reads(&cli.StringFlag{Name: "status", Usage: "only entries of this `STATUS`"}),
				Action:      a.read(patternList),
			},
			{
				Name: "show", ArgsUsage: "PATTERN", Usage: "show an entry, its case and its deliveries",
				Description: "casebook pattern show acme/3",
				Flags:       reads(), Action: a.read(patternShow),
			},
			{
				Name: "save", ArgsUsage: "PATTERN", Usage: "write the pattern file out, checked",
				Description: "casebook pattern save acme/3 -o /tmp",
				Flags:       []cli.Flag{outFlag("pattern file")}, Action: a.read(patternSave),
			},
		},
	}
}

func patternSpecify(c *call, tx *repo.Tx) (repo.Message, error) {
	kind, err := choose(c, "type", casefile.SmartScanAgent, casefile.SmartScan)
	if err != nil {
		return repo.Message{}, err
	}
	version, description, err := c.answer()
	if err != nil {
		return repo.Message{}, err
	}
	return c.addEntry(tx, func(of *casefile.Case, id casefile.PatternID) (*casefile.Pattern, error) {
		return of.Specify(id, kind, version, description, tx.Stamp())
	})
}

func patternNone(c *call, tx *repo.Tx) (repo.Message, error) {
	description, err := c.prose("description")
	if err != nil {
		return repo.Message{}, err
	}
	return c.addEntry(tx, func(of *casefile.Case, id casefile.PatternID) (*casefile.Pattern, error) {
		return of.None(id, description, tx.Stamp())
	})
}

// answer are the two flags that upload and specify share.
func (c *call) answer() (version, description string, err error) {
	if version, err = c.line("version"); err == nil {
		description, err = c.prose("description")
	}
	return version, description, err
}

// addEntry is what the verbs that make an entry share: the case, the next number, and both
// records put back.
func (c *call) addEntry(tx *repo.Tx, make func(*casefile.Case, casefile.PatternID) (*casefile.Pattern, error)) (repo.Message, error) {
	of, err := c.theCase(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	return c.entryOf(tx, of, make)
}

func (c *call) entryOf(tx *repo.Tx, of *casefile.Case, make func(*casefile.Case, casefile.PatternID) (*casefile.Pattern, error)) (repo.Message, error) {
	id, err := tx.NextPattern(of.Account)
	if err != nil {
		return repo.Message{}, err
	}
	p, err := make(of, id)
	if err != nil {
		return repo.Message{}, err
	}
	c.then = of.Next([]*casefile.Pattern{p}).String()
	return c.patternMessage(p, p.Type.Title()+" for "+of.Ref().String()+": "+p.Description), tx.Put(p, of)
}

func patternResolve(c *call, tx *repo.Tx) (repo.Message, error) {
	if c.Bool("undo") {
		return c.changeEntry(tx, "undone", func(of *casefile.Case, p *casefile.Pattern) error { return of.Unresolve(p, tx.Now()) })
	}
	return c.changeEntry(tx, "", func(of *casefile.Case, p *casefile.Pattern) error { return of.Resolve(p, tx.Stamp()) })
}

func patternWithdraw(c *call, tx *repo.Tx) (repo.Message, error) {
	reason, err := c.prose("reason")
	if err != nil {
		return repo.Message{}, err
	}
	return c.changeEntry(tx, reason, func(of *casefile.Case, p *casefile.Pattern) error { return of.Withdraw(p, reason, tx.Stamp()) })
}

// changeEntry is what the verbs on an entry share.
func (c *call) changeEntry(tx *repo.Tx, detail string, change func(*casefile.Case, *casefile.Pattern) error) (repo.Message, error) {
	p, of, err := c.thePattern(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	if err := change(of, p); err != nil {
		return repo.Message{}, err
	}
	if err := tx.Put(p, of); err != nil {
		return repo.Message{}, err
	}
	entries, err := tx.EntriesOf(of.Ref())
	c.then = of.Next(entries).String()
	return c.patternMessage(p, detail), err
}

func patternReissue(c *call, tx *repo.Tx) (repo.Message, error) {
	old, of, err := c.thePattern(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	var made *casefile.Pattern
	m, err := c.entryOf(tx, of, func(of *casefile.Case, id casefile.PatternID) (*casefile.Pattern, error) {
		made, err = of.Reissue(id, old, tx.Stamp())
		return made, err
	})
	if err != nil {
		return m, err
	}
	return c.patternMessage(made, fmt.Sprintf("the bytes of entry %d again, for %s", old.ID, of.Ref())),
		tx.PutCopy(made.FilePath(), old.FilePath())
}
