package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"casebook/casefile"
	"casebook/repo"
)

// caseReceive keeps the forensic data in the state folder and then opens the case, so that
// no case ever names evidence that is not there.
func caseReceive(c *call) error {
	endpoint, err := c.line("endpoint")
	if err != nil {
		return err
	}
	server, err := casefile.ParseName(c.String("mitigator"))
	if err != nil {
		return usage("--mitigator: " + err.Error())
	}
	account, err := c.mayReceive(server)
	if err != nil {
		return err
	}
	data, err := c.keepForensics()
	if err != nil {
		return err
	}
	return c.commit(func(c *call, tx *repo.Tx) (repo.Message, error) {
		key, err := tx.FreeKey(account, endpoint)
		if err != nil {
			return repo.Message{}, err
		}
		of := casefile.CaseRef{Account: account, Key: key}.Receive(endpoint, server, data, tx.Now())
		c.then = of.Next(nil).String()
		return c.caseMessage(of, "forensic data from "+endpoint+" by "+string(server)), tx.Put(of)
	})
}

// mayReceive finds the customer, and insists that the mitigator is registered with it.
func (c *call) mayReceive(server casefile.Name) (casefile.Account, error) {
	s, err := c.book.Snapshot("")
	if err != nil {
		return "", err
	}
	defer s.Close()
	account, err := c.account(s, 0)
	if err != nil {
		return "", err
	}
	if there, err := s.Has(&casefile.Mitigator{Account: account, Name: server}); err != nil || !there {
		return "", cmp.Or(err, failed(fmt.Sprintf("mitigator %s is not registered with %s", server, account), fmt.Sprintf("casebook mitigator add %s %s", account, server)))
	}
	return account, nil
}

// keepForensics takes the file into the state folder; a dry run only reads it.
func (c *call) keepForensics() (casefile.Forensics, error) {
	f, size, err := c.openFile(c.String("forensics"))
	if err != nil {
		return casefile.Forensics{}, err
	}
	defer f.Close()
	name, err := casefile.ParseFileName(filepath.Base(f.Name()))
	if err != nil {
		return casefile.Forensics{}, usage(err.Error(), "rename the file")
	}
	if err := repo.CheckZip(f, size); err != nil {
		return casefile.Forensics{}, failed(fmt.Sprintf("%s: %v", f.Name(), err), "forensic data is the .zip that the Threat Management Agent made")
	}
	moved, done := c.progress("keeping "+name, size)
	defer done()
	keep := c.book.State().Keep
	if c.Bool("dry-run") {
		keep = repo.Measure
	}
	kept, err := keep(c.Context.Context, repo.Forensics, f, moved)
	return casefile.Forensics{File: name, Size: kept.Size, SHA256: kept.SHA256}, err
}

// openFile opens a file that the user named; only a regular one with something in it will do.
func (c *call) openFile(name string) (*os.File, int64, error) {
	path := c.path(name)
	info, err := os.Stat(path) // before Open, which would wait for the other end of a pipe
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, 0, failed(fmt.Sprintf("%s: no such file", name))
	case err != nil:
		return nil, 0, err
	case !info.Mode().IsRegular():
		return nil, 0, failed(fmt.Sprintf("%s: not a regular file", name))
	case info.Size() == 0:
		return nil, 0, failed(fmt.Sprintf("%s: the file is empty", name))
	}
	f, err := os.Open(path)
	return f, info.Size(), err
}

// caseDownload hands the forensic data out, and records that only when the copy is whole
// and right ("Downloading Data": the status changes when the download completes).
func caseDownload(c *call) error {
	s, err := c.book.Snapshot("")
	if err != nil {
		return err
	}
	of, err := c.theCase(s)
	s.Close()
	if err != nil {
		return err
	}
	if !c.Bool("dry-run") {
		if err := c.handOut(of); err != nil {
			return err
		}
	}
	before := of.Status
	if err := of.Download(); err != nil || of.Status == before {
		return err // later statuses stay
	}
	if c.String("o") == "-" {
		c.Stdout = c.Stderr // the bytes alone are the result
	}
	return c.commit(func(c *call, tx *repo.Tx) (repo.Message, error) {
		return c.moveCase(tx, of.ForensicData.File, func(of *casefile.Case, _ []*casefile.Pattern) error { return of.Download() })
	})
}

func (c *call) handOut(of *casefile.Case) error {
	src, err := c.book.State().Open(repo.Forensics, of.ForensicData.SHA256)
	if errors.Is(err, repo.ErrNotFound) {
		return failed(fmt.Sprintf("%s: the forensic data is not in this state folder (%s)", of.Ref(), c.book.State().Dir()),
			"it is kept where the case was received; --state DIR names another state folder")
	}
	if err != nil {
		return err
	}
	defer src.Close()
	return c.saveFile(context.WithoutCancel(c.Context.Context), src, of.ForensicData.File, of.ForensicData.Size, of.ForensicData.SHA256)
}
