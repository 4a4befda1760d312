package cmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"casebook/casefile"
	"casebook/repo"
)

// caseEdit lets a person edit the case file. A refused edit goes back into the editor with
// the problems as comments, until it is good or comes back as it went. Nothing typed is
// lost: the text stays in the state folder until it is committed or given up.
func caseEdit(c *call) error {
	s, err := c.book.Snapshot("")
	if err != nil {
		return err
	}
	defer s.Close()
	of, err := c.caseToEdit(s)
	if err != nil {
		return err
	}
	base, err := s.Bytes(of.Path())
	if err != nil {
		return err
	}
	e := &edit{call: c, of: of, base: base, file: filepath.Join(c.book.State().Dir(), "edits", string(of.Account)+"-"+string(of.Key)+".yaml")}
	e.since = strings.TrimSuffix(e.file, ".yaml") + ".base"
	return e.run()
}

// caseToEdit is the case that the argument names; one that cannot be read may be edited
// all the more.
func (c *call) caseToEdit(s *repo.Snapshot) (*casefile.Case, error) {
	ref, err := s.FindCase(c.arg(0))
	return &casefile.Case{Account: ref.Account, Key: ref.Key}, missing(err, "casebook case list")
}

// edit is one case file in a person's editor.
type edit struct {
	*call
	of    *casefile.Case
	base  []byte // the file as the last commit has it
	file  string // where the person edits
	since string // where the base is kept beside it: the edit holds for that one only
}

const (
	remark     = "# casebook: "
	mostRounds = 20 // an editor may be a script that never gives up
)

func (e *edit) run() error {
	text, err := e.begin()
	if err != nil {
		return err
	}
	for range mostRounds {
		typed, err := e.inEditor(text)
		if err != nil {
			return err
		}
		plain := withoutRemarks(typed)
		if bytes.Equal(plain, e.base) {
			e.talk("nothing was changed")
			return e.forget()
		}
		err = e.commitText(plain)
		if err == nil {
			if e.Bool("dry-run") {
				return nil
			}
			return e.forget()
		}
		var problems casefile.Problems
		if !errors.As(err, &problems) || bytes.Equal(typed, text) {
			e.talk("what was typed is kept in %s; casebook case edit %s goes on with it, unless others change the case", e.file, e.of.Ref())
			return err
		}
		text = withRemarks(plain, problems)
	}
	return failed(fmt.Sprintf("the edit was refused %d times", mostRounds), "what was typed is kept in "+e.file)
}

// begin is the text to edit: what was typed before, or the file. An edit of a file that others have
// changed since would undo what they did, in silence.
func (e *edit) begin() ([]byte, error) {
	kept, err := os.ReadFile(e.file)
	if err != nil {
		return e.base, nil
	}
	since, _ := os.ReadFile(e.since)
	switch {
	case bytes.Equal(withoutRemarks(kept), since):
		return e.base, nil // nothing was typed
	case !bytes.Equal(since, e.base):
		return nil, refused(fmt.Sprintf("%s was changed since the edit that is kept in %s", e.of.Ref(), e.file),
			"take from the kept edit what is still wanted, remove it, and then again: casebook case edit "+e.of.Ref().String())
	}
	e.talk("going on with the edit kept in %s", e.file)
	return kept, nil
}

func (e *edit) forget() error {
	return errors.Join(os.Remove(e.file), os.Remove(e.since))
}

// inEditor hands the text to $VISUAL or $EDITOR and takes it back.
func (e *edit) inEditor(text []byte) ([]byte, error) {
	name := cmp.Or(strings.TrimSpace(e.Getenv("VISUAL")), strings.TrimSpace(e.Getenv("EDITOR")))
	if name == "" {
		return nil, failed("no editor is named", "export EDITOR=vi")
	}
	if err := os.MkdirAll(filepath.Dir(e.file), 0o700); err != nil {
		return nil, err
	}
	if err := cmp.Or(os.WriteFile(e.since, e.base, 0o600), os.WriteFile(e.file, text, 0o600)); err != nil {
		return nil, err
	}
	words := editor(name, e.file)
	cmd := exec.CommandContext(context.WithoutCancel(e.Context.Context), words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = e.Stdin, e.Stderr, e.Stderr, e.Dir
	if err := cmd.Run(); err != nil {
		return nil, failed(fmt.Sprintf("the editor %s: %v", name, err), "what was typed is kept in "+e.file)
	}
	return os.ReadFile(e.file)
}

// editor is the command that edits the file. Its words are left to a shell, where there is one, as git
// leaves them: there may be quotes among them.
func editor(name, file string) []string {
	if sh, err := exec.LookPath("sh"); err == nil {
		return []string{sh, "-c", name + ` "$@"`, name, file}
	}
	return append(strings.Fields(name), file)
}

func (e *edit) commitText(text []byte) error {
	return e.commit(func(c *call, tx *repo.Tx) (repo.Message, error) {
		now, err := tx.Bytes(e.of.Path())
		if err != nil {
			return repo.Message{}, err
		}
		if !bytes.Equal(now, e.base) {
			return repo.Message{}, refused(fmt.Sprintf("%s was changed by someone else meanwhile", e.of.Ref()), "casebook case show "+e.of.Ref().String())
		}
		if err := tx.PutText(e.of.Path(), text); err != nil {
			return repo.Message{}, err
		}
		edited := &casefile.Case{Account: e.of.Account, Key: e.of.Key}
		if err := tx.Get(edited); err != nil {
			return repo.Message{}, err
		}
		entries, err := tx.EntriesOf(edited.Ref())
		if err != nil {
			return repo.Message{}, err
		}
		c.then = edited.Next(entries).String()
		return c.caseMessage(edited, ""), closedRightly(edited, entries)
	})
}

// closedRightly refuses a closing that the verb would refuse.
func closedRightly(of *casefile.Case, entries []*casefile.Pattern) error {
	if of.Open() {
		return nil
	}
	var refusal *casefile.Refusal
	if errors.As(of.Settled(entries), &refusal) {
		return casefile.Problems{{File: of.Path(), Field: "status", Rule: casefile.RuleUnsettled, Text: "status: case-closed, but " + refusal.Why}}
	}
	return nil
}

// withRemarks puts the problems on top of the text, as comments.
func withRemarks(text []byte, problems casefile.Problems) []byte {
	var b bytes.Buffer
	for _, p := range problems {
		fmt.Fprintf(&b, "%s%s\n", remark, casefile.OneLine(p.String()))
	}
	b.WriteString(remark + "put it right and save; save it unchanged to give up\n")
	b.Write(text)
	return b.Bytes()
}

func withoutRemarks(text []byte) []byte {
	for bytes.HasPrefix(text, []byte(remark)) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}
