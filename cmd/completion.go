package cmd

import (
	"embed"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

// The library's own completion goes wrong with nested commands and "--", so the scripts are
// ours; they ask the hidden command __complete for what may come next.

//go:embed completion
var completionScripts embed.FS

func (a *app) completionCommand() *cli.Command {
	shells := []string{"bash", "zsh", "fish"}
	return &cli.Command{
		Name: "completion", ArgsUsage: "SHELL", Usage: "print the completion script of a shell: " + strings.Join(shells, ", "),
		Description: "source <(casebook completion bash)",
		Action: func(ctx *cli.Context) error {
			script, err := completionScripts.ReadFile("completion/casebook." + ctx.Args().First())
			if err != nil {
				return usage(fmt.Sprintf("unknown shell %q", ctx.Args().First()), "casebook completion "+strings.Join(shells, "|"))
			}
			_, err = a.Stdout.Write(script)
			return err
		},
	}
}

// completeCommand gets the words typed so far, the last one unfinished, and prints what it
// could become.
func (a *app) completeCommand() *cli.Command {
	return &cli.Command{
		Name: "__complete", ArgsUsage: "...", Hidden: true, Usage: "what may come next", Description: "casebook __complete -- case cl",
		Action: func(ctx *cli.Context) error {
			words := ctx.Args().Slice()
			if len(words) == 0 {
				words = []string{""}
			}
			last := words[len(words)-1]
			for _, candidate := range a.candidates(ctx, words[:len(words)-1], last) {
				if strings.HasPrefix(candidate, last) {
					fmt.Fprintln(a.Stdout, candidate)
				}
			}
			return nil
		},
	}
}

// candidates are commands, flags or names, by what the words before call for.
func (a *app) candidates(ctx *cli.Context, before []string, last string) []string {
	commands := ctx.App.Commands
	var leaf *cli.Command
	args := 0
	for _, word := range before {
		next := (*cli.Command)(nil)
		for _, c := range commands {
			if c.Name == word {
				next = c
			}
		}
		switch {
		case next != nil:
			leaf, commands = next, next.Subcommands
		case !strings.HasPrefix(word, "-"):
			args++
		}
	}
	switch {
	case strings.HasPrefix(last, "-"):
		return flagNames(leaf)
	case len(commands) > 0:
		return commandNames(commands)
	}
	kinds := strings.Fields(leaf.ArgsUsage)
	if args >= len(kinds) {
		return nil
	}
	return a.names(ctx, strings.Trim(kinds[args], "[]"))
}

func flagNames(c *cli.Command) []string {
	flags := globals
	if c != nil {
		flags = append(append([]cli.Flag{}, c.Flags...), globals...)
	}
	var names []string
	for _, f := range flags {
		names = append(names, dashed(f.Names()[0]))
	}
	return names
}

func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// names are the records an argument may name. Completion is silent where it cannot look.
func (a *app) names(ctx *cli.Context, kind string) []string {
	switch kind {
	case "KIND":
		return casefile.Kinds
	case "SHELL":
		return []string{"bash", "zsh", "fish"}
	}
	c := &call{app: a, Context: ctx}
	book, err := repo.Open(c.folder(), c.stateFolder(), a.Getenv)
	if err != nil {
		return nil
	}
	s, err := book.Snapshot("")
	if err != nil {
		return nil
	}
	defer s.Close()
	accounts, _ := s.Accounts()
	var names []string
	for one := range strings.SplitSeq(kind, "|") {
		for _, account := range accounts {
			names = append(names, namesOf(s, account, one)...)
		}
	}
	return names
}

func namesOf(s *repo.Snapshot, account casefile.Account, kind string) (names []string) {
	list := func(dir string) []repo.Entry { entries, _ := s.List(dir); return entries }
	switch kind {
	case "ACCOUNT":
		return []string{string(account)}
	case "NAME":
		for _, e := range list(casefile.MitigatorsDir(account)) {
			names = append(names, strings.TrimSuffix(e.Name, ".yaml"))
		}
	case "PATTERN":
		for _, e := range list(casefile.PatternsDir(account)) {
			names = append(names, string(account)+"/"+e.Name)
		}
	case "CASE":
		for _, month := range list(casefile.CasesDir(account)) {
			for _, e := range list(casefile.CasesDir(account) + "/" + month.Name) {
				key := strings.TrimSuffix(e.Name, ".yaml")
				names = append(names, key, string(account)+"/"+key)
			}
		}
	}
	return names
}
