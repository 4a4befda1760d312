package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"casebook/casefile"
)

// isExtra reports whether a path is one of the files a casebook may hold beside its records: git's and
// a git host's own, and documentation.
func isExtra(file string) bool {
	top, _, below := strings.Cut(file, "/")
	switch {
	case strings.HasPrefix(top, ".") && !strings.EqualFold(top, ".git"):
		return true
	case below:
		return top == "docs"
	}
	stem := strings.TrimSuffix(strings.ToUpper(top), path.Ext(strings.ToUpper(top)))
	return top == casefile.SignersFile || slices.Contains([]string{"README", "LICENSE", "LICENCE", "CONTRIBUTING", "CODEOWNERS"}, stem)
}

// isPointer reports whether bytes are what git LFS leaves in place of a file.
func isPointer(head []byte) bool {
	return bytes.HasPrefix(head, []byte("version https://git-lfs.github.com/spec/"))
}
