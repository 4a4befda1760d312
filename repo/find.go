package repo

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// FindCase is the case that a reference means: ACCOUNT/KEY, a key, or the vendor's Case ID.
func (s *Snapshot) FindCase(ref string) (casefile.CaseRef, error) {
	found, err := s.casesByPath(ref)
	if err == nil && len(found) == 0 {
		found, err = s.casesByID(ref)
	}
	switch {
	case err != nil:
		return casefile.CaseRef{}, err
	case len(found) == 0:
		return casefile.CaseRef{}, fmt.Errorf("case %q: %w", ref, ErrNotFound)
	case len(found) > 1:
		names := make([]string, len(found))
		for i, f := range found {
			names[i] = f.String()
		}
		return casefile.CaseRef{}, &Ambiguous{ref, names}
	}
	return found[0], nil
}

// casesByPath finds cases by the names of their files, which costs the same however many there are.
func (s *Snapshot) casesByPath(ref string) (found []casefile.CaseRef, err error) {
	account, name, full := strings.Cut(ref, "/")
	if !full {
		name = ref
	}
	key, err := casefile.ParseKey(name)
	if err != nil {
		return nil, nil
	}
	accounts := []casefile.Account{casefile.Account(account)}
	if !full {
		if accounts, err = s.Accounts(); err != nil {
			return nil, err
		}
	}
	for _, a := range accounts {
		ok, err := s.has((&casefile.Case{Account: a, Key: key}).Path())
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, casefile.CaseRef{Account: a, Key: key})
		}
	}
	return found, nil
}

// casesByID finds cases by the vendor's Case ID: a file is decoded only if the text is in it.
func (s *Snapshot) casesByID(id string) ([]casefile.CaseRef, error) {
	if _, err := casefile.ParseLine(id); err != nil {
		return nil, nil
	}
	accounts, err := s.Accounts()
	if err != nil {
		return nil, err
	}
	var all []file
	for _, a := range accounts {
		files, err := s.files(casefile.CasesDir(a))
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	var found []casefile.CaseRef
	var unread []error
	for _, hit := range each(all, func(f file) idHit { return s.holdsID(f, id) }) {
		if hit.err != nil {
			unread = append(unread, hit.err)
		}
		if hit.is {
			found = append(found, hit.ref)
		}
	}
	return found, errors.Join(unread...)
}

type idHit struct {
	is  bool
	ref casefile.CaseRef
	err error
}

// holdsID leaves complaints about files it need not decode to Validate.
func (s *Snapshot) holdsID(f file, id string) idHit {
	rec, err := casefile.Locate(f.path)
	c, ok := rec.(*casefile.Case)
	if err != nil || !ok || !isRegular(f.at.Mode) {
		return idHit{}
	}
	src, err := s.objects.bytes(plumbing.BlobObject, f.at.Hash, maxRecord)
	if err != nil || !bytes.Contains(src, []byte(id)) {
		return idHit{err: err}
	}
	if ps := casefile.Decode(c, src); len(ps) > 0 {
		return idHit{err: ps}
	}
	return idHit{is: c.CaseID == id, ref: c.Ref()}
}

// FindPattern is the pattern entry that a reference means: ACCOUNT/ID.
func (s *Snapshot) FindPattern(ref string) (casefile.PatternRef, error) {
	account, number, ok := strings.Cut(ref, "/")
	a, err := casefile.ParseAccount(account)
	id, err2 := casefile.ParsePatternID(number)
	if !ok || err != nil || err2 != nil {
		return casefile.PatternRef{}, fmt.Errorf("pattern %q: it is written ACCOUNT/ID, as in acme/3: %w", ref, ErrNotFound)
	}
	p := &casefile.Pattern{Account: a, ID: id}
	there, err := s.has(p.Path())
	if err == nil && !there {
		err = fmt.Errorf("pattern %q: %w", ref, ErrNotFound)
	}
	if err != nil {
		return casefile.PatternRef{}, err
	}
	return p.Ref(), nil
}
