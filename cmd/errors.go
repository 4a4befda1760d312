package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"casebook/casefile"
	"casebook/repo"
	"casebook/serve"
	"casebook/serve/mitigator"
)

// The exit codes are promised; they are documented in the README.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRefused  = 3
	exitProblems = 4
)

// complaint is an error of the command line itself, with what to type instead.
type complaint struct {
	code  int
	text  string
	hints []string
}

func (c *complaint) Error() string { return c.text }

// usage is a command line that cannot be understood.
func usage(text string, hints ...string) error { return &complaint{exitUsage, text, hints} }

// refused is a command that is understood, and not done.
func refused(text string, hints ...string) error { return &complaint{exitRefused, text, hints} }

// failed is work that could not be done, with advice the error itself does not have.
func failed(text string, hints ...string) error { return &complaint{exitFailed, text, hints} }

// complain prints an error: one line, and then what to type.
func (a *app) complain(err error) {
	if ps := (casefile.Problems)(nil); errors.As(err, &ps) {
		a.problems(ps)
		return
	}
	fmt.Fprintf(a.Stderr, "%s %s\n", a.paint(a.Stderr, red, "casebook: error:"), casefile.OneLine(textOf(err)))
	_, hints := explain(err)
	for _, h := range hints {
		fmt.Fprintf(a.Stderr, "casebook: hint: %s\n", casefile.OneLine(h))
	}
}

// textOf is what an error says: of many that came at once, the first few.
func textOf(err error) string {
	const most = 3
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	lines := strings.Split(err.Error(), "\n")
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], plural(more, "more error"))
	}
	return strings.Join(lines, "; ")
}

// problems prints problems as compilers do, and the first hint there is.
func (a *app) problems(ps casefile.Problems) {
	hints := map[string]bool{}
	for _, p := range ps {
		fmt.Fprintln(a.Stderr, casefile.Visible(p.String()))
	}
	fmt.Fprintf(a.Stderr, "%s %s\n", a.paint(a.Stderr, red, "casebook: error:"), plural(len(ps), "problem"))
	for _, p := range ps {
		if p.Hint != "" && !hints[p.Hint] && len(hints) < 3 {
			hints[p.Hint] = true
			fmt.Fprintf(a.Stderr, "casebook: hint: %s\n", casefile.OneLine(p.Hint))
		}
	}
}

func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	code, _ := explain(err)
	return code
}

// explain is the one place that knows which error ends in which exit code, and what to
// type then.
func explain(err error) (code int, hints []string) {
	var (
		own         *complaint
		problems    casefile.Problems
		refusal     *casefile.Refusal
		uncommitted *repo.Uncommitted
		ambiguous   *repo.Ambiguous
		unsupported *repo.Unsupported
		cannotSign  *repo.CannotSign
		exposed     *serve.Exposed
	)
	switch {
	case errors.As(err, &own):
		return own.code, own.hints
	case errors.As(err, &problems):
		return exitProblems, nil
	case errors.As(err, &refusal):
		return exitRefused, adviseRefusal(refusal)
	case errors.As(err, &uncommitted):
		return exitRefused, adviseUncommitted(uncommitted)
	case errors.As(err, &ambiguous):
		return exitRefused, ambiguous.Candidates
	case errors.As(err, &unsupported):
		return exitFailed, []string{unsupported.Hint}
	case errors.As(err, &cannotSign):
		return exitFailed, []string{cannotSign.Hint}
	case errors.As(err, &exposed):
		return exitRefused, adviseExposed(exposed)
	}
	for _, known := range endings {
		if errors.Is(err, known.is) {
			return known.code, known.hints
		}
	}
	return exitFailed, nil
}

// endings are the plain conditions: how each ends, and what to type then.
var endings = []struct {
	is    error
	code  int
	hints []string
}{
	{repo.ErrNoCasebook, exitFailed, []string{"casebook init, or casebook -C DIR … for one that stands elsewhere"}},
	{repo.ErrNoCommit, exitFailed, []string{"casebook init"}},
	{repo.ErrNotFound, exitFailed, nil},
	{repo.ErrNoAuthor, exitFailed, []string{`git config --global user.name "Jane Doe"`, "git config --global user.email jane@acme.example"}},
	{repo.ErrBusy, exitRefused, []string{"try again; if no git or casebook is running, remove the lock file named above"}},
	{repo.ErrLostRace, exitRefused, []string{"try again: the branch has moved since"}},
	{repo.ErrDetached, exitRefused, []string{"git switch main"}},
	{repo.ErrUnfinished, exitRefused, []string{"git status says how to end it"}},
	{repo.ErrUnmerged, exitRefused, []string{"git status lists the files that are in conflict"}},
	{serve.ErrServing, exitRefused, []string{"one server per state folder; --state DIR gives this one its own"}},
	{mitigator.ErrUnauthorized, exitRefused, []string{"casebook mitigator rotate ACCOUNT NAME, on the casebook's side, makes a new token"}},
	{mitigator.ErrRollback, exitRefused, []string{"--allow-rollback, if the casebook was set back on purpose"}},
	{mitigator.ErrInUse, exitRefused, []string{"one mitigator per folder; --dir DIR gives this one its own"}},
	{mitigator.ErrOtherAccount, exitRefused, []string{"--dir DIR, a folder of its own for each account"}},
}

func adviseRefusal(e *casefile.Refusal) []string {
	var hints []string
	for _, p := range e.Unsettled {
		hints = append(hints, "casebook pattern resolve "+p.String())
	}
	if len(hints) > 0 {
		return hints
	}
	var verbs []string
	for _, v := range e.Legal {
		if v != e.Verb { // which something else stands in the way of
			verbs = append(verbs, string(v))
		}
	}
	return []string{"legal now: " + strings.Join(verbs, ", ")}
}

func adviseUncommitted(e *repo.Uncommitted) []string {
	if e.Staged {
		return []string{"git commit, or git restore --staged " + shellWords(e.Paths)}
	}
	return []string{"git status " + shellWords(e.Paths), "git commit, git stash or git restore, and then again; what git does not know may stand in the way"}
}

func adviseExposed(e *serve.Exposed) []string {
	if e.Console {
		return []string{"keep it on 127.0.0.1, or say with --console-user-header NAME how a proxy in front names who it let in"}
	}
	return []string{"--tls-cert FILE --tls-key FILE, or --listen 127.0.0.1:8443, or --plain-http if a proxy in front does TLS"}
}

// shellWords are paths as a shell takes them, a few at the most.
func shellWords(paths []string) string {
	const most = 3
	var words []string
	for i, p := range paths {
		if i == most {
			words = append(words, "…")
			break
		}
		words = append(words, shellWord(p))
	}
	return strings.Join(words, " ")
}

func shellWord(s string) string {
	if strings.ContainsAny(s, " \t$'\"\\()*?[]{}|&;<>~`!#") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// missing adds to a reference that fits nothing where to look.
func missing(err error, hints ...string) error {
	if errors.Is(err, repo.ErrNotFound) {
		return failed(err.Error(), hints...)
	}
	return err
}
