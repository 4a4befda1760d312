// Command casebook does the work of a threat-management portal's "Manage Pattern" pages
// with git as its database: case files are the truth, git is the memory, a verb is a
// commit, and the server publishes the last good commit of one branch.
//
// To read it, start at the right end and come back:
//
//	casefile/doc.go     the domain, with one whole case
//	casefile/moves.go   the table of everything that can happen to a case
//	casefile/verbs.go   the verbs, step by step
//	repo/doc.go         one commit read (Snapshot), one commit made (Change)
//	serve/doc.go        how a commit becomes what Threat Mitigators are told
//	cmd/case.go         flags in, words out
//	cmd/testdata        the same as stories: the manual that cannot lie
//
// Imports go one way: main → cmd → serve → repo → casefile.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"casebook/cmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cmd.Run(ctx, os.Args[1:], cmd.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now,
	})
	stop()
	os.Exit(code)
}
