package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
)

// The library takes a flag after an argument for one more argument, a flag's name for a
// flag's value, and an unknown command for none of its business, all in silence. So we read
// the command line first, by the commands' own flag lists, and hand the library one it
// cannot misread: global flags, the command, its flags, "--", its arguments.

// line is a command line put in order.
type line struct {
	words []string     // the command, as in case, close
	leaf  *cli.Command // nil: the program itself
	help  bool
	args  []string // what the library gets
}

// reader goes through the words of a command line once.
type reader struct {
	app    *cli.App
	rest   []string
	line   line
	global []string
	own    []string
	args   []string
	seen   map[string]bool
}

func arrange(app *cli.App, words []string) (line, error) {
	r := &reader{app: app, rest: words, seen: map[string]bool{}}
	for len(r.rest) > 0 {
		word := r.rest[0]
		r.rest = r.rest[1:]
		if err := r.take(word); err != nil {
			return line{}, err
		}
	}
	return r.finish()
}

func (r *reader) take(word string) error {
	switch {
	case word == "--":
		r.args = append(r.args, r.rest...)
		r.rest = nil
	case word == "-h" || word == "--help" || word == "-help":
		r.line.help = true
	case word == "--version" && r.line.leaf == nil:
		return r.command("version")
	case word == "help" && r.line.leaf == nil:
		r.line.help = true
	case strings.HasPrefix(word, "-") && word != "-":
		return r.flag(word)
	case r.line.leaf == nil || len(r.line.leaf.Subcommands) > 0:
		return r.command(word)
	default:
		r.args = append(r.args, word)
	}
	return nil
}

// command goes down to the command with that name.
func (r *reader) command(word string) error {
	among := r.app.Commands
	if r.line.leaf != nil {
		among = r.line.leaf.Subcommands
	}
	for _, c := range among {
		if c.Name == word {
			r.line.leaf = c
			r.line.words = append(r.line.words, word)
			return nil
		}
	}
	var names []string
	for _, c := range among {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	here := strings.Join(append([]string{"casebook"}, r.line.words...), " ")
	if near := casefile.Nearest(word, names); near != "" {
		return usage(fmt.Sprintf("unknown command %q", word), here+" "+near)
	}
	return usage(fmt.Sprintf("unknown command %q; there are %s", word, strings.Join(names, ", ")), here+" --help")
}

// flag takes one flag and, where it has one, its value.
func (r *reader) flag(word string) error {
	name, value, inline := strings.Cut(strings.TrimLeft(word, "-"), "=")
	f, global := find(globals, name), true
	if f == nil && r.line.leaf != nil {
		f, global = find(r.line.leaf.Flags, name), false
	}
	if f == nil {
		return r.unknown(word, name)
	}
	name = f.Names()[0]
	if _, several := f.(*cli.StringSliceFlag); r.seen[name] && !several {
		return usage(fmt.Sprintf("%s is given twice", dashed(name)), r.helpLine())
	}
	r.seen[name] = true
	if takesValue(f) && !inline {
		if len(r.rest) == 0 {
			return usage(fmt.Sprintf("%s needs a value", dashed(name)), r.helpLine())
		}
		if value = r.rest[0]; r.isFlag(value) {
			return usage(fmt.Sprintf("%s needs a value, and %s is a flag", dashed(name), value), fmt.Sprintf("%s=%s, if that is meant", dashed(name), value))
		}
		r.rest = r.rest[1:]
	}
	if takesValue(f) && strings.TrimSpace(value) == "" {
		return usage(fmt.Sprintf("%s is empty", dashed(name)), r.helpLine())
	}
	if _, err := strconv.ParseBool(value); inline && !takesValue(f) && err != nil {
		return usage(fmt.Sprintf("%s=%s: it is true or false", dashed(name), value), r.helpLine())
	}
	text := dashed(name)
	if takesValue(f) || inline {
		text += "=" + value
	}
	if global {
		r.global = append(r.global, text)
	} else {
		r.own = append(r.own, text)
	}
	return nil
}

func (r *reader) unknown(word, name string) error {
	var names []string
	for _, f := range r.flags() {
		names = append(names, f.Names()[0])
	}
	if near := casefile.Nearest(name, names); near != "" {
		return usage(fmt.Sprintf("unknown flag %s, did you mean %s?", word, dashed(near)), r.helpLine())
	}
	return usage("unknown flag "+word, r.helpLine(), "an argument that begins with a hyphen goes after --")
}

func (r *reader) flags() []cli.Flag {
	if r.line.leaf == nil {
		return globals
	}
	return append(slices.Clone(globals), r.line.leaf.Flags...)
}

func (r *reader) isFlag(word string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	return strings.HasPrefix(word, "-") && word != "-" && find(r.flags(), name) != nil
}

// helpLine is what to type to read about the command.
func (r *reader) helpLine() string {
	return strings.Join(append(append([]string{"casebook"}, r.line.words...), "--help"), " ")
}

// finish checks the command as a whole.
func (r *reader) finish() (line, error) {
	leaf := r.line.leaf
	switch {
	case r.line.help:
		return r.line, nil
	case leaf == nil:
		return line{}, usage("no command", "casebook --help")
	case len(leaf.Subcommands) > 0:
		return line{}, usage(fmt.Sprintf("%s needs a verb: %s", leaf.Name, strings.Join(verbNames(leaf), ", ")), r.helpLine())
	}
	for _, f := range leaf.Flags {
		if needed, ok := f.(cli.RequiredFlag); ok && needed.IsRequired() && !r.seen[f.Names()[0]] {
			return line{}, usage(fmt.Sprintf("%s: %s is missing", strings.Join(r.line.words, " "), dashed(f.Names()[0])), r.helpLine())
		}
	}
	if err := r.count(leaf.ArgsUsage); err != nil {
		return line{}, err
	}
	r.line.args = slices.Concat([]string{"casebook"}, r.global, r.line.words, r.own, []string{"--"}, r.args)
	return r.line, nil
}

// count holds the arguments against a usage such as "CASE FILE" or "[ACCOUNT]".
func (r *reader) count(usageLine string) error {
	names := strings.Fields(usageLine)
	least := 0
	for _, n := range names {
		if n == "..." {
			return nil
		}
		if !strings.HasPrefix(n, "[") {
			least++
		}
	}
	verb := strings.Join(r.line.words, " ")
	switch {
	case len(r.args) < least:
		return usage(fmt.Sprintf("%s: %s is missing", verb, names[len(r.args)]), r.helpLine())
	case len(r.args) > len(names):
		return usage(fmt.Sprintf("%s: unexpected argument %q", verb, r.args[len(names)]), strings.TrimSpace("casebook "+verb+" "+usageLine), "a flag is switched off with =false")
	}
	for i, arg := range r.args {
		if strings.TrimSpace(arg) == "" {
			return usage(fmt.Sprintf("%s: %s is empty", verb, strings.Trim(names[i], "[]")), r.helpLine())
		}
	}
	return nil
}

func verbNames(c *cli.Command) []string {
	var names []string
	for _, s := range c.Subcommands {
		names = append(names, s.Name)
	}
	return names
}

func find(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
