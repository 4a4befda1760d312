// Package console is the portal's screens in a browser: customers, their case and pattern
// lists, a case, the target screen, history, and what is published.
//
// It reads. Nothing here changes a casebook, by construction: it is given a Source and
// answers GET and HEAD. What a person may do next stands on each screen as a command to
// type.
//
// How a page is made:
//
//  1. The guard lets it in: the Host must be this machine, or the proxy in front must say
//     who is asking (guard.go).
//  2. It takes the commit that is published once, so that no page mixes two.
//  3. A function of the page makes a view of it: plain values, no HTML. Everything long is
//     filtered, sorted and paged here and not in the browser (table.go).
//  4. The view's template is filled; html/template escapes all that people typed. There is
//     no inline script or style, and the Content-Security-Policy says so (page.go).
//
// The pages are complete without their script, which only shows them anew when something
// changed (live.go), filters while one types, and copies commands.
package console
