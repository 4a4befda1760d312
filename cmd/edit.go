package cmd

import (
	"bytes"
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
	of   *casefile.Case
	base []byte // the file as the last commit has it
	file string // where the person edits
}

const (
	remark     = "# casebook: "
	mostRounds = 20 // an editor may be a script that never gives up
)

func (e *edit) run() error {
	text := e.base
	if kept, err := os.ReadFile(e.file); err == nil {
		e.talk("going on with the edit kept in %s", e.file)
		text = kept
	}
	for range mostRounds {
		typed, err := e.inEditor(text)
		if err != nil {
			return err
		}
		plain := withoutRemarks(typed)
		if bytes.Equal(plain, e.base) {
			e.talk("nothing was changed")
			return os.Remove(e.file)
		}
		err = e.commitText(plain)
		if err == nil {
			if e.Bool("dry-run") {
				return nil
			}
			return os.Remove(e.file)
		}
		var problems casefile.Problems
		if !errors.As(err, &problems) || bytes.Equal(typed, text) {
			e.talk("what was typed is kept in %s; casebook case edit %s goes on with it", e.file, e.of.Ref())
			return err
		}
		text = withRemarks(plain, problems)
	}
	return failed(fmt.Sprintf("the edit was refused %d times", mostRounds), "what was typed is kept in "+e.file)
}

// inEditor hands the text to $VISUAL or $EDITOR and takes it back.
func (e *edit) inEditor(text []byte) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(e.file), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(e.file, text, 0o600); err != nil {
		return nil, err
	}
	name := e.Getenv("VISUAL")
	if name == "" {
		name = e.Getenv("EDITOR")
	}
	if name == "" {
		return nil, failed("no editor is named", "export EDITOR=vi")
	}
	words := append(strings.Fields(name), e.file)
	cmd := exec.CommandContext(context.WithoutCancel(e.Context.Context), words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = e.Stdin, e.Stderr, e.Stderr, e.Dir
	if err := cmd.Run(); err != nil {
		return nil, failed(fmt.Sprintf("the editor %s: %v", words[0], err), "what was typed is kept in "+e.file)
	}
	return os.ReadFile(e.file)
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
		c.then = nextStep(edited, entries)
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
		fmt.Fprintf(&b, "%s%s\n", remark, oneLine(p.String()))
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
