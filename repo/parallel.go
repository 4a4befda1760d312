package repo

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// each does something with every item on all cores; the results are in the order of the items.
func each[T, R any](items []T, do func(T) R) []R {
	results := make([]R, len(items))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(items)); i = next.Add(1) - 1 {
				results[i] = do(items[i])
			}
		})
	}
	all.Wait()
	return results
}
