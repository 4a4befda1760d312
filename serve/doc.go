// Package serve publishes one branch of a casebook to Threat Mitigators, and takes down
// what they report.
//
// It knows HTTP, watching, and what was published; git's layout and the case files' form
// are the business of the packages below, and nothing here prints or exits.
//
// When a list is published:
//
//  1. An event of the file system or the slow tick says "look again" (watch.go). What
//     kind of event it was means nothing.
//  2. The look resolves the branch: never HEAD, never the work tree. The same commit as
//     at the last look: nothing more (look.go).
//  3. Only customers whose tree is another one than was published are read and checked, and
//     of those only what changed, as long as it changed in the way of good commits (since.go).
//  4. The bytes of every pattern on a list are hashed, as they are in that commit, and
//     stand in the state folder under that digest before anyone is told of them (stock.go).
//  5. One atomic pointer is flipped to the new state, which never changes again: lists
//     encoded, compressed and tagged, and the tokens that open them (published.go).
//
// A commit with any problem changes nothing: the last good one stays, also over a restart
// (resume.go), and /status, /readyz, /metrics and the log say what is refused and why.
//
// When a receipt is kept: it is appended to the journal in the state folder and fsynced,
// then answered, then committed to the branch deliveries with others (journal.go,
// deliver.go). What was observed so becomes history without ever conflicting with what is
// wanted.
//
// When forensic data is kept: it comes into the state folder, is compared with what was
// said of it, and becomes a case under the casebook's lock (intake.go). To operators it
// goes out again, and a whole download moves the case (forensics.go).
package serve
