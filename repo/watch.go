package repo

import (
	"path/filepath"
	"slices"
)

// Watch are the folders in which something happens when a branch moves: that of its ref's file, which
// git removes when it packs refs, and the one of packed-refs.
func (r *Repo) Watch(branch string) []string {
	folders := []string{r.common, filepath.Join(r.common, "refs", "heads"), filepath.Dir(r.refs().file(branches + branch))}
	return slices.Compact(folders)
}
