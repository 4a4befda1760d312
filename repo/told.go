package repo

import (
	"cmp"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing/object"
)

// verbOf is what was done to a record that is no case's.
func verbOf(was, is casefile.Record) string {
	switch {
	case is == nil && was != nil:
		return "remove"
	case is == nil:
		return "edit"
	case was == nil && is.Path() == casefile.BookFile:
		return "init"
	case was == nil:
		return "add"
	}
	for _, d := range casefile.Diff(was, is) {
		switch {
		case d.Field == "revoked" && d.To != "":
			return "revoke"
		case d.Field == "token_sha256":
			return "rotate"
		}
	}
	return "edit"
}

// accountIn is the customer a path belongs to; "" where it is no customer's.
func accountIn(file string) casefile.Account {
	part := strings.Split(file, "/")
	if part[0] != casefile.CustomersDir || len(part) < 3 {
		return ""
	}
	return casefile.Account(part[1])
}

// reasonIn is what one of our verbs was told as its reason and wrote into the commit's message, as in
// "case reopen acme/KEY: the threat is back"; the message of a commit made by hand is its own.
func reasonIn(c *object.Commit) string {
	said, trailers, ours := strings.Cut(c.Message, "\n\nCasebook-Verb: ")
	verb, _, _ := strings.Cut(trailers, "\n")
	if !ours || verb != string(casefile.Reopen) && verb != string(casefile.Notify) {
		return ""
	}
	subject, body, _ := strings.Cut(said, "\n\n")
	_, detail, _ := strings.Cut(subject, ": ")
	return cmp.Or(strings.TrimSpace(body), detail)
}
