package serve

import "runtime/debug"

// spare lets the heap grow by two fifths between two collections, and not by as much as there is,
// unless GOGC says something else. Where thousands wait, nearly all memory is in use for long,
// and to answer them makes little garbage: the room to grow would be as large as what is used.
func spare(getenv func(string) string) (restore func()) {
	if getenv("GOGC") != "" {
		return func() {}
	}
	was := debug.SetGCPercent(40)
	return func() { debug.SetGCPercent(was) }
}
