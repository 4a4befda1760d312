package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// makeBelow makes a folder and those between it and top, which has to be there: where a repository was
// removed or renamed away, writing on must not begin another in its place.
func makeBelow(top, folder string, perm fs.FileMode) error {
	if folder == top {
		_, err := os.Stat(top)
		return err
	}
	err := os.Mkdir(folder, perm)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeBelow(top, filepath.Dir(folder), perm); err != nil {
			return err
		}
		err = os.Mkdir(folder, perm)
	}
	if info, there := os.Stat(folder); errors.Is(err, fs.ErrExist) && there == nil && info.IsDir() {
		return nil
	}
	return err
}
