package serve

import (
	"path"
	"strings"
	"sync"

	"casebook/casefile"
	"casebook/repo"
)

// earlier knows the cases by the endpoints they came from, so that forensic data handed in
// again is known again: also after a restart, on another machine, and if a person received
// it. A month's names are kept by git's hash of its folder, and listed anew only if that
// changed.
type earlier struct {
	mu     sync.Mutex
	months map[string]month // by folder
}

type month struct {
	tree  string
	names []string
}

// find is the case of that mitigator and endpoint with those bytes, or nil.
func (e *earlier) find(s *repo.Snapshot, like *casefile.Case) (*casefile.Case, error) {
	keys, err := e.keys(s, like.Account, casefile.Slug(like.Endpoint))
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		of := &casefile.Case{Account: like.Account, Key: key}
		if err := s.Get(of); err != nil {
			return nil, err
		}
		if of.Endpoint == like.Endpoint && of.MitigationServer == like.MitigationServer && of.ForensicData.SHA256 == like.ForensicData.SHA256 {
			return of, nil
		}
	}
	return nil, nil
}

// keys are those of a customer's cases whose endpoint has that slug.
func (e *earlier) keys(s *repo.Snapshot, a casefile.Account, slug string) ([]casefile.Key, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	folder := casefile.CasesDir(a)
	months, err := s.List(folder)
	if err != nil {
		return nil, err
	}
	var keys []casefile.Key
	for _, m := range months {
		names, err := e.names(s, path.Join(folder, m.Name), m.Hash)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !hasSlug(name, slug) {
				continue
			}
			if key, err := casefile.ParseKey(name); err == nil {
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

func (e *earlier) names(s *repo.Snapshot, folder, tree string) ([]string, error) {
	if known := e.months[folder]; known.tree == tree {
		return known.names, nil
	}
	entries, err := s.List(folder)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name, ".yaml")
	}
	if e.months == nil {
		e.months = map[string]month{}
	}
	e.months[folder] = month{tree, names}
	return names, nil
}

// hasSlug reports whether a key is YYYYMMDD-slug or YYYYMMDD-slug-N.
func hasSlug(key, slug string) bool {
	const day = len("20261123-")
	rest, found := strings.CutPrefix(key[min(day, len(key)):], slug)
	return found && (rest == "" || rest[0] == '-' && strings.Trim(rest[1:], "0123456789") == "")
}
