// Package mitigator is the reference Threat Mitigator: what an appliance has to do to
// live with casebook serve, in one folder of its own and nothing else.
//
// One pass:
//
//  1. Receipts that were not answered yet are sent again, with the time they had.
//  2. The list is polled with its ETag, and held by the server until there is news; not
//     modified ends the pass. A list older than one seen before is refused.
//  3. A custom pattern is downloaded to a temporary name (resumed where it broke off),
//     its size and SHA-256 are checked, and only then it gets its own name.
//  4. It is reported downloaded, the command is run with it, and the cleanup's result is
//     reported.
//  5. The ETag is remembered once nothing of that list is left to do.
//
// Of several servers the one that answered last is asked; the next where it does not, or
// where it answers what cannot be (servers.go). Passes follow each other at once where
// the server holds polls, and after trouble they keep away, as long as the server says
// (patience.go).
//
// A pattern is never applied twice. What is about to be applied is written down before
// the command starts; whoever finds that note after a crash cannot know how far the
// command came, so it reports the cleanup as interrupted and leaves the rest to people,
// who can issue the pattern again.
//
// The folder holds state.json, lock, and patterns/ID/NAME.
//
// Beside the passes, forensic data that an agent leaves in a folder is handed in; see
// outbox.
package mitigator
