package serve

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestLocksOfTheKilledAreTakenAwayAtTheStart(t *testing.T) {
	need(t, "git")
	b := newBook(t)
	s := b.serve()
	for name, c := range map[string]struct {
		holds string
		stays bool
	}{
		"ours":  {`{"casebook":1,"pid":1}` + "\n", false},
		"git's": {"", true},
	} {
		t.Run(name, func(t *testing.T) {
			lock := filepath.Join(filepath.Dir(b.repo.State().Dir()), "refs", "heads", "main.lock")
			if err := os.WriteFile(lock, []byte(c.holds), 0o600); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(lock)
			tip := s.current.Load().commit
			s.mend(t.Context())
			if _, err := os.Lstat(lock); c.stays == errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v: want it to stay: %t", err, c.stays)
			}
			if s.look(t.Context()); s.current.Load().commit != tip {
				t.Error("there is another commit")
			}
		})
	}
}
