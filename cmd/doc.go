// Package cmd is the command line of casebook: flags in, words out. One file per noun,
// verbs of a few lines; what they share happens around them, once:
//
//   - arrange.go puts the words in order, counts arguments and refuses what is not ours,
//     before the library sees them;
//   - call.go opens the casebook and carries a verb to its snapshot or its change;
//   - output.go prints one value as table, JSON or YAML;
//   - errors.go turns an error into a sentence, a hint and an exit code.
//
// How we talk: results go to stdout and talk goes to stderr, each line of talk with the
// program's name in front. An error is one line, and then hints that say what to type.
// This is the only package that prints, prompts or picks an exit code.
package cmd
