package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
)

func TestFoldersAreMadeBelowWhatIsThereOnly(t *testing.T) {
	top := filepath.Join(t.TempDir(), "top")
	deep := filepath.Join(top, "a", "b", "c")
	if err := makeBelow(top, deep, 0o777); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without its top: %v", err)
	}
	expectNothing(t, top)
	if err := os.Mkdir(top, 0o777); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := makeBelow(top, deep, 0o777); err != nil || !isFolder(deep) {
			t.Errorf("with its top: %v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"file", "file/below"} {
		if err := makeBelow(top, filepath.Join(top, folder), 0o777); err == nil {
			t.Errorf("%s: a file became a folder", folder)
		}
	}
}

func expectNothing(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %v", path, err)
	}
}

// Whoever brings another repository must find the place empty.
func TestARepositoryThatIsGoneIsNotBegunAnew(t *testing.T) {
	for _, branch := range []string{"", DeliveriesBranch, "release/acme"} {
		b := newBook(t)
		if err := os.Rename(b.root, b.root+"-away"); err != nil {
			t.Fatal(err)
		}
		how := How{Branch: branch, Now: testNow, By: &Signature{Name: "Jane Doe", Email: "jane@acme.example"}}
		if _, err := b.Change(t.Context(), how, func(tx *Tx) (Message, error) {
			return Message{Subject: "x"}, tx.Put(&casefile.Customer{Account: "zenith", Company: "Zenith"})
		}); err == nil {
			t.Errorf("branch %q: changed", branch)
		}
		if _, err := b.State().Keep(t.Context(), Files, strings.NewReader("x"), nil); err == nil {
			t.Error("kept")
		}
		if _, err := b.Take(t.Context(), strings.NewReader("x"), 1, nil); err == nil {
			t.Error("taken")
		}
		expectNothing(t, b.root)
	}
}
