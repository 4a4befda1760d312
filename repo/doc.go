// Package repo is the git side of casebook: it finds a repository, reads commits, and makes them. It
// knows files, records and branches; what may happen to a case is casefile's business.
//
// Reading goes through a Snapshot, one commit that does not change while it is read. Writing goes
// through Change, and nothing else writes. The git program is not needed for either.
//
// A Proposal is what a commit would change, judged against the place where it left its base.
//
// A Change is the tip of a branch and one verb, committed in this order:
//
//  1. Take git's own locks: index.lock where a work tree follows the branch, and then the branch's. While
//     we hold them git does not write, and we wait for git.
//  2. If the lock was left by one of us that died, end what it had begun (repair.go).
//  3. Read the tip. Strangers' staged work, or a merge under way, is refused.
//  4. Let the verb read and put (tx.go). What it reads is the tip with its own puts on top.
//  5. Check what was put: every record by itself, against what it was, and against its bytes. Files that
//     somebody has edited are refused. If nothing differs, stop here: no change, no commit.
//  6. Write the objects, durably. Nothing names them yet. Patterns' bytes are durable since before the
//     change, in the state folder.
//  7. Write into the first lock what is about to be done, durably. From here on a crash is repaired.
//  8. Put the files into the work tree, each whole, then the index. Rename patterns' bytes into git.
//  9. Move the branch, if it still is where step 3 found it. This is the moment at which
//     the change is made: everything before can be taken back, and is if anything fails.
//  10. Write the reflog's line and release the locks.
//
// The tip is read under the lock and compared at the move, so no commit is lost; a reader sees the
// branch before or after, and nothing between.
package repo
