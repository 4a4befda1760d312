package serve

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"sync/atomic"
)

// numbering gives every request an ID: what the log says about a request can be found from
// the answer. What a client says in X-Request-Id is anyone's word, and not believed.
type numbering struct {
	prefix string // another one in each life of the server
	last   atomic.Uint64
}

func newNumbering() *numbering { return &numbering{prefix: rand.Text()[:8] + "-"} }

const requestID = "X-Request-Id"

func (n *numbering) each(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()[requestID] = []string{string(n.next(nil))}
		next.ServeHTTP(w, r)
	})
}

// next appends the ID of the next request.
func (n *numbering) next(to []byte) []byte {
	return strconv.AppendUint(append(to, n.prefix...), n.last.Add(1), 36)
}

// idOf is the ID of the request that w answers.
func idOf(w http.ResponseWriter) string {
	if id := w.Header()[requestID]; len(id) == 1 {
		return id[0]
	}
	return ""
}
