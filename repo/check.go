package repo

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"casebook/casefile"
)

// judge finds what is wrong with a record's coming file, by itself and compared with the tip's.
func (tx *Tx) judge(rec casefile.Record, data []byte) casefile.Problems {
	if ps := casefile.Decode(rec, data); len(ps) > 0 {
		return ps
	}
	old, _ := casefile.Locate(rec.Path())
	if err := tx.tip.Get(old); err != nil {
		return nil // there was none, or none that could be read
	}
	ps := casefile.Judge(old, rec)
	for i := range ps {
		casefile.Place(data, &ps[i])
	}
	return ps
}

func checkPatternBytes(file string, size int64, head []byte) error {
	switch {
	case !isPatternBytes(file):
		return fmt.Errorf("%s: is no place for a pattern's bytes", file)
	case size == 0:
		return fmt.Errorf("%s: is empty", path.Base(file))
	case isPointer(head):
		return fmt.Errorf("%s: is a git LFS pointer, not the pattern; git lfs pull brings the bytes", path.Base(file))
	}
	return nil
}

// changed are the paths whose content is not the tip's, in order.
func (tx *Tx) changed() ([]string, error) {
	var paths []string
	for _, file := range slices.Sorted(maps.Keys(tx.puts)) {
		was, err := tx.tip.hashAt(file)
		if err != nil {
			return nil, err
		}
		if was != tx.puts[file].hash {
			paths = append(paths, file)
		}
	}
	return paths, nil
}

// check finds what is wrong between the things that were put: a pattern's bytes and its record belong
// together, and neither changes once it is there.
func (tx *Tx) check(changed []string) error {
	for _, file := range changed {
		p, err := tx.patternAt(file)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if err := tx.checkPattern(p); err != nil {
			return err
		}
		if err := tx.checkBytes(p, file); err != nil {
			return err
		}
	}
	return nil
}

// checkBytes judges the bytes that were put, where it is bytes that were put.
func (tx *Tx) checkBytes(p *casefile.Pattern, file string) error {
	was, err := tx.tip.hashAt(file)
	switch {
	case err != nil || file == p.Path():
		return err
	case p.File == nil || file != p.FilePath():
		return fmt.Errorf("%s: is not the file that the entry's record names", file)
	case !was.IsZero():
		return fmt.Errorf("%s: a pattern's bytes never change", file)
	}
	return nil
}

// patternAt is the entry whose record or bytes are at a path; nil where the path is something else's.
func (tx *Tx) patternAt(file string) (*casefile.Pattern, error) {
	rec, err := casefile.Locate(path.Join(path.Dir(file), casefile.PatternFile))
	p, ok := rec.(*casefile.Pattern)
	if err != nil || !ok {
		return nil, nil
	}
	return p, tx.Get(p)
}

func (tx *Tx) checkPattern(p *casefile.Pattern) error {
	if p.File == nil {
		return nil
	}
	file := p.FilePath()
	if there, err := tx.has(file); err != nil || !there {
		return errors.Join(err, fmt.Errorf("%s: is named by its record and was not put", file))
	}
	if b := tx.puts[file].blob; b != nil && (b.Size != p.File.Size || b.SHA256 != p.File.SHA256) {
		return fmt.Errorf("%s: has another size or SHA-256 than its record says", file)
	}
	return nil
}

// recordChanges says which values of which records changed.
func (tx *Tx) recordChanges(changed []string) []RecordChange {
	var all []RecordChange
	for _, file := range changed {
		to, err := casefile.Locate(file)
		if err != nil || tx.Get(to) != nil {
			continue
		}
		from, _ := casefile.Locate(file)
		if tx.tip.Get(from) != nil {
			from = nil
		}
		all = append(all, RecordChange{file, from == nil, casefile.Diff(from, to)})
	}
	return all
}
