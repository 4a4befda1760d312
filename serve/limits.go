package serve

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// burst is how many seconds' worth of requests may come at once.
const burst = 10

// pace is how fast one mitigator asks: the moment up to which its requests are paid for,
// in nanoseconds since 1970 (the generic cell rate algorithm: a bucket of tokens in one
// number).
type pace struct{ atomic.Int64 }

// keep counts a request and answers with the problem of one that comes too soon.
func (p *pace) keep(w http.ResponseWriter, now time.Time, perSecond int) error {
	late := p.late(now, perSecond)
	if late == 0 {
		return nil
	}
	w.Header()["Retry-After"] = []string{strconv.Itoa(int((late + time.Second - 1) / time.Second))}
	return tooFast.because("%d requests a second are answered", perSecond)
}

// late is how long the next request has to wait, 0 if it may be answered now and is counted.
func (p *pace) late(now time.Time, perSecond int) time.Duration {
	if perSecond <= 0 {
		return 0
	}
	cost := int64(time.Second) / int64(perSecond)
	for {
		paid, at := p.Load(), now.UnixNano()
		next := max(paid, at) + cost
		if paid-at > burst*int64(time.Second) { // the clock was set back
			next = at + cost
		}
		if over := next - at - burst*int64(time.Second); over > 0 {
			return time.Duration(over)
		}
		if p.CompareAndSwap(paid, next) {
			return 0
		}
	}
}

// wholeBodies refuses bodies without a Content-Length, but for forensic data, which may be
// made as it is sent. net/http hides whether one with Transfer-Encoding had a
// Content-Length, too; such pairs smuggle requests past proxies, so nothing is read behind
// them on that connection (RFC 9112, 6.1).
func wholeBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
			if r.Method != http.MethodPost || r.URL.Path != "/v1/cases" {
				badRequest.because("send Content-Length, and no Transfer-Encoding").write(w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
