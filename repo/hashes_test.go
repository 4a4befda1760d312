package repo

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestFindHash(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for name, make := range map[string]func(i int, h *plumbing.Hash){
		"spread evenly":          func(_ int, h *plumbing.Hash) {},
		"close together":         func(_ int, h *plumbing.Hash) { h[1], h[2] = 0xff, 0xff },
		"the same in many bytes": func(i int, h *plumbing.Hash) { copy(h[:], bytes.Repeat([]byte{7}, 15+i%5)) },
	} {
		for _, count := range []int{0, 1, 2, 40, 1000} {
			var all []plumbing.Hash
			for i := range 2 * count {
				var h plumbing.Hash
				for j := range h {
					h[j] = byte(chance.Uint32())
				}
				h[0] = 7
				make(i, &h)
				all = append(all, h)
			}
			slices.SortFunc(all, func(a, b plumbing.Hash) int { return bytes.Compare(a[:], b[:]) })
			all = slices.Compact(all)
			var sorted []byte
			for i := 0; i < len(all); i += 2 {
				sorted = append(sorted, all[i][:]...)
			}
			for i, h := range all {
				if at, ok := findHash(sorted, h); ok != (i%2 == 0) || ok && at != i/2 {
					t.Fatalf("%s, %d: number %d: %d, %v", name, len(all), i, at, ok)
				}
			}
		}
	}
}
