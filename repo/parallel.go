package repo

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// each does something with every item on all cores; the results are in the order of the items.
func each[T, R any](items []T, do func(T) R) []R {
	results := make([]R, len(items))
	spread(len(items), 1, func() func(int) {
		return func(i int) { results[i] = do(items[i]) }
	})
	return results
}

// spread counts to n on all cores, in parts of so many numbers in a row. Each worker asks once for what it
// does with a number.
func spread(n, part int, worker func() func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+part-1)/part) {
		all.Go(func() {
			do := worker()
			for {
				end := int(next.Add(int64(part)))
				if end-part >= n {
					return
				}
				for i := end - part; i < min(end, n); i++ {
					do(i)
				}
			}
		})
	}
	all.Wait()
}
