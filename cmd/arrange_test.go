package cmd

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// leaves are all commands that do something, with their words.
func leaves(commands []*cli.Command, words ...string) map[string]*cli.Command {
	found := map[string]*cli.Command{}
	for _, c := range commands {
		path := append(slices.Clone(words), c.Name)
		if len(c.Subcommands) == 0 {
			found[strings.Join(path, " ")] = c
		}
		for name, leaf := range leaves(c.Subcommands, path...) {
			found[name] = leaf
		}
	}
	return found
}

// given are flags and arguments that fit a command.
func given(c *cli.Command) (flags, args []string) {
	for _, f := range c.Flags {
		flags = append(flags, dashed(f.Names()[0]))
		if takesValue(f) {
			flags = append(flags, "x")
		}
	}
	for i := range strings.Fields(c.ArgsUsage) {
		args = append(args, "arg"+string(rune('a'+i)))
	}
	return flags, args
}

func TestEveryCommandTakesFlagsBeforeAndAfterItsArguments(t *testing.T) {
	tree := (&app{}).tree()
	for name, leaf := range leaves(tree.Commands) {
		words := strings.Fields(name)
		flags, args := given(leaf)
		before, err := arrange(tree, slices.Concat([]string{"-C", "dir"}, words, flags, args))
		if err != nil {
			t.Errorf("%s, flags first: %v", name, err)
			continue
		}
		after, err := arrange(tree, slices.Concat(words, args, flags, []string{"-C", "dir"}))
		if err != nil || !slices.Equal(before.args, after.args) {
			t.Errorf("%s: flags first gives %q, flags last gives %q (%v)", name, before.args, after.args, err)
		}
		if _, err := arrange(tree, slices.Concat(words, flags, args, []string{"one-more"})); leaf.ArgsUsage != "..." && exitCode(err) != exitUsage {
			t.Errorf("%s takes an argument too many: %v", name, err)
		}
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	var out bytes.Buffer
	a := &app{Env: Env{Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }}}
	for name, leaf := range leaves(a.tree().Commands) {
		if leaf.Hidden {
			continue
		}
		out.Reset()
		if err := a.run(context.Background(), append(strings.Fields(name), "--help")); err != nil {
			t.Errorf("%s --help: %v", name, err)
		}
		if !strings.Contains(out.String(), "Example:\n  ") || !strings.Contains(leaf.Description, "casebook "+strings.Fields(name)[0]) && !strings.Contains(leaf.Description, " "+name) {
			t.Errorf("%s has no example:\n%s", name, out.String())
		}
	}
}

func TestArrangeRefusesWhatTheLibraryMisreads(t *testing.T) {
	for name, c := range map[string]struct{ typed, want string }{
		"a flag as a flag's value":     {"case close k --reason --dry-run", "--reason needs a value, and --dry-run is a flag"},
		"a flag with no value":         {"case close k --reason", "--reason needs a value"},
		"the same flag twice":          {"case close k --reason a --reason b", "--reason is given twice"},
		"a global flag twice":          {"-C a case list -C b", "-C is given twice"},
		"the same flag, two spellings": {"-q case list --quiet", "--quiet is given twice"},
		"a value for a yes-or-no":      {"case close k --reason a --dry-run false", `case close: unexpected argument "false"`},
		"a flag of another verb":       {"case close k --reason a --case-id 1", "unknown flag --case-id"},
		"a misspelt flag":              {"case close k --raeson a", "unknown flag --raeson, did you mean --reason?"},
		"no verb":                      {"case", "case needs a verb: receive, list, show, download, identify, notify, close, reopen, edit"},
		"an unknown verb":              {"case clse k", `unknown command "clse"`},
		"an unknown noun":              {"ticket list", `unknown command "ticket"; there are ` + strings.Join(commandNames((&app{}).tree().Commands), ", ")},
		"a hyphen alone is no flag":    {"case show -", ""},
		"what follows two hyphens":     {"case show -- --odd", ""},
		"a flag that is given as no":   {"case close k --reason a --dry-run=false", ""},
		"a value that begins with -":   {"case close k --reason=--dry-run", ""},
		"one hyphen for two":           {"case close k -reason a", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := arrange((&app{}).tree(), strings.Fields(c.typed))
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.typed, got, c.want)
			}
			if err != nil && exitCode(err) != exitUsage {
				t.Errorf("%s: exit code %d", c.typed, exitCode(err))
			}
		})
	}
}

func FuzzArrange(f *testing.F) {
	for _, seed := range []string{"case close k --reason a", "-C\x00d\x00case\x00list", "--", "-", "--=", "case\x00--reason=\x00-h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		l, err := arrange((&app{}).tree(), strings.Split(typed, "\x00"))
		if own := (*complaint)(nil); err != nil && !errors.As(err, &own) {
			t.Errorf("%q: %v", typed, err)
		}
		if err == nil && !l.help && !slices.Contains(l.args, "--") {
			t.Errorf("%q: arranged without --: %q", typed, l.args)
		}
	})
}
