package cmd

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

func (a *app) caseCommand() *cli.Command {
	reason := func(what string) cli.Flag {
		return &cli.StringFlag{Name: "reason", Usage: "why, in a sentence, as `TEXT`: " + what, Required: true}
	}
	return &cli.Command{
		Name: "case", Usage: "endpoints that could not be cleaned",
		Subcommands: []*cli.Command{
			{
				Name: "receive", ArgsUsage: "ACCOUNT", Usage: "open a case from forensic data",
				Description: "casebook case receive acme --endpoint ws-017 --mitigator tm-01 --forensics ws-017.zip",
				Flags: writes(
					&cli.StringFlag{Name: "endpoint", Usage: "the `ENDPOINT` the data came from", Required: true},
					&cli.StringFlag{Name: "mitigator", Usage: "the Threat Mitigator `NAME` that collected it", Required: true},
					&cli.StringFlag{Name: "forensics", Usage: "the encrypted `FILE.zip`; it is kept in the state folder, outside git", Required: true}),
				Action: a.verb(caseReceive),
			},
			{
				Name: "list", ArgsUsage: "[ACCOUNT]", Usage: "list cases, newest first",
				Description: "casebook case list acme --status mitigator-notified",
				Flags: reads(
					&cli.StringFlag{Name: "status", Usage: "only cases of this `STATUS`"},
					&cli.StringFlag{Name: "endpoint", Usage: "only cases of this `ENDPOINT`"}),
				Action: a.read(caseList),
			},
			{
				Name: "show", ArgsUsage: "CASE", Usage: "show a case, its entries and the next step",
				Description: "casebook case show 20261123-ws-017",
				Flags:       reads(), Action: a.read(caseShow),
			},
			{
				Name: "download", ArgsUsage: "CASE", Usage: "fetch the forensic data, to send it to the vendor",
				Description: "casebook case download 20261123-ws-017 -o ws-017.zip",
				Flags:       writes(append(fetchFlags(), outFlag("forensic data"))...), Action: a.caseDownload(),
			},
			{
				Name: "identify", ArgsUsage: "CASE", Usage: "record the Case ID that the vendor issued",
				Description: "casebook case identify 20261123-ws-017 --case-id 1-10293847",
				Flags:       writes(&cli.StringFlag{Name: "case-id", Usage: "the vendor's Case `ID`", Required: true}),
				Action:      a.change(caseIdentify),
			},
			{
				Name: "notify", ArgsUsage: "CASE", Usage: "record that the administrator was notified by hand",
				Description: `casebook case notify 20261123-ws-017 --via "mail to soc@acme.example"`,
				Flags:       writes(&cli.StringFlag{Name: "via", Usage: "how it was sent, as `TEXT`", Required: true}),
				Action:      a.change(caseNotify),
			},
			{
				Name: "close", ArgsUsage: "CASE", Usage: "close a case whose entries are all settled",
				Description: `casebook case close 20261123-ws-017 --reason "custom pattern eliminated the threats on ws-017"`,
				Flags:       writes(reason("the threat is gone")), Action: a.change(caseClose),
			},
			{
				Name: "reopen", ArgsUsage: "CASE", Usage: "take a closing back",
				Description: `casebook case reopen 20261123-ws-017 --reason "the threat came back"`,
				Flags:       writes(reason("what was wrong with closing it")), Action: a.change(caseReopen),
			},
			{
				Name: "edit", ArgsUsage: "CASE", Usage: "edit the case file with $EDITOR, checked before the commit",
				Description: "casebook case edit 20261123-ws-017",
				Flags:       writes(), Action: a.verb(caseEdit),
			},
		},
	}
}

func caseIdentify(c *call, tx *repo.Tx) (repo.Message, error) {
	id, err := c.line("case-id")
	if err != nil {
		return repo.Message{}, err
	}
	if casefile.ReadsAsKey(id) {
		return repo.Message{}, usage(fmt.Sprintf("--case-id %s: reads as a case key, and would be taken for that case", id),
			"the Case ID is what the vendor issued, as in --case-id 1-10293847")
	}
	return c.moveCase(tx, id, func(of *casefile.Case, _ []*casefile.Pattern) error { return of.Identify(id, tx.Now()) })
}

func caseNotify(c *call, tx *repo.Tx) (repo.Message, error) {
	via, err := c.prose("via")
	if err != nil {
		return repo.Message{}, err
	}
	return c.moveCase(tx, "via "+via, func(of *casefile.Case, _ []*casefile.Pattern) error { return of.Notify(tx.Now()) })
}

func caseClose(c *call, tx *repo.Tx) (repo.Message, error) {
	reason, err := c.prose("reason")
	if err != nil {
		return repo.Message{}, err
	}
	return c.moveCase(tx, reason, func(of *casefile.Case, entries []*casefile.Pattern) error {
		return of.Close(entries, reason, tx.Stamp())
	})
}

func caseReopen(c *call, tx *repo.Tx) (repo.Message, error) {
	reason, err := c.prose("reason")
	if err != nil {
		return repo.Message{}, err
	}
	return c.moveCase(tx, reason, func(of *casefile.Case, _ []*casefile.Pattern) error { return of.Reopen(tx.Now()) })
}

// moveCase is what the verbs on a case share: find it, move it, put it back.
func (c *call) moveCase(tx *repo.Tx, detail string, move func(*casefile.Case, []*casefile.Pattern) error) (repo.Message, error) {
	of, err := c.theCase(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	entries, err := tx.EntriesOf(of.Ref())
	if err != nil {
		return repo.Message{}, err
	}
	if err := move(of, entries); err != nil {
		return repo.Message{}, err
	}
	c.then = of.Next(entries).String()
	return c.caseMessage(of, detail), tx.Put(of)
}
