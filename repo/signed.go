package repo

import "github.com/go-git/go-git/v5/plumbing/object"

// signed is a word on whether a commit is signed.
func signed(c *object.Commit) string {
	if c.PGPSignature == "" {
		return "unsigned"
	}
	return "signed"
}
