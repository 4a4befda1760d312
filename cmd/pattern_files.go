package cmd

import (
	"fmt"
	"path/filepath"
	"slices"

	"casebook/casefile"
	"casebook/repo"
)

// patternUpload takes the file in first, which may be long work, and holds the lock only
// for the commit that names it ("Custom Pattern", steps 4 to 9).
func patternUpload(c *call) error {
	kind, err := choose(c, "type", casefile.Bandage, casefile.Controlled)
	if err != nil {
		return err
	}
	version, description, err := c.answer()
	if err != nil {
		return err
	}
	if err := c.mayUpload(); err != nil {
		return err
	}
	f, size, err := c.openFile(c.arg(1))
	if err != nil {
		return err
	}
	defer f.Close()
	name, err := casefile.ParseFileName(filepath.Base(f.Name()))
	if err != nil {
		return usage(err.Error(), "rename the file")
	}
	moved, done := c.progress("taking in "+name, size)
	take := c.book.Take
	if c.Bool("dry-run") {
		take = repo.Weigh
	}
	blob, err := take(c.Context.Context, f, size, moved)
	done()
	if err != nil {
		return fmt.Errorf("%s: %w", c.arg(1), err)
	}
	defer blob.Close()
	return c.commit(func(c *call, tx *repo.Tx) (repo.Message, error) {
		var made *casefile.Pattern
		m, err := c.addEntry(tx, func(of *casefile.Case, id casefile.PatternID) (*casefile.Pattern, error) {
			made, err = of.Upload(id, kind, version, description, casefile.File{Name: name, Size: blob.Size, SHA256: blob.SHA256}, tx.Stamp())
			return made, err
		})
		if err != nil {
			return m, err
		}
		return m, tx.PutBlob(made.FilePath(), blob)
	})
}

// mayUpload refuses before the long work what the change would refuse after it.
func (c *call) mayUpload() error {
	s, err := c.book.Snapshot("")
	if err != nil {
		return err
	}
	defer s.Close()
	of, err := c.theCase(s)
	if err != nil {
		return err
	}
	if legal := casefile.Legal(of.Status); !slices.Contains(legal, casefile.Upload) {
		return &casefile.Refusal{Case: of.Ref(), Status: of.Status, Verb: casefile.Upload, Legal: legal}
	}
	return nil
}

func patternSave(c *call, s *repo.Snapshot) error {
	p, _, err := c.thePattern(s)
	if err != nil {
		return err
	}
	if p.File == nil {
		return failed(fmt.Sprintf("%s has no file: it is a %s entry", p.Ref(), p.Type))
	}
	src, _, err := s.Open(p.FilePath())
	if err != nil {
		return err
	}
	defer src.Close()
	return c.saveFile(c.Context.Context, src, p.File.Name, p.File.Size, p.File.SHA256)
}
