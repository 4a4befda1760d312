package serve

import (
	"io"
	"net"
	"net/http"
	"time"
)

// tally counts what of a body went out, and leaves the kernel's copying as it is.
type tally struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (t *tally) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.ResponseWriter.Write(p)
	t.sent += int64(n)
	return n, err
}

func (t *tally) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(t.ResponseWriter, src)
	t.sent += n
	return n, err
}

// reached waits until the client's machine has all that was sent: a small answer is gone
// from here long before it is there. Where the kernel does not tell, that has to do.
func reached(r *http.Request, patience time.Duration) bool {
	conn, _ := r.Context().Value(carried{}).(net.Conn)
	for deadline := time.Now().Add(patience); queued(conn) > 0; time.Sleep(10 * time.Millisecond) {
		if r.Context().Err() != nil || time.Now().After(deadline) {
			return false
		}
	}
	return true
}
