package mitigator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"casebook/casefile"
)

const token = "the-token"

// portal is a server as a mitigator sees it, with faults to order.
type portal struct {
	*httptest.Server
	mu       sync.Mutex
	list     list
	bytes    map[string]string // by path
	cut      int               // bytes after which the next download is cut
	noRanges bool
	refuse   int  // status of every answer to a receipt
	holds    bool // says that it holds polls
	prefers  []string
	ranges   []string
	polls    []string // If-None-Match
	receipts []string
}

func newPortal(t *testing.T, entries ...entry) *portal {
	p := &portal{list: list{Account: "acme", Patterns: entries}, bytes: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/patterns", p.poll)
	mux.HandleFunc("GET /v1/files/{sha256}", p.file)
	mux.HandleFunc("POST /v1/patterns/{id}/receipts", p.receipt)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"title":"no valid token","status":401}`)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *portal) poll(w http.ResponseWriter, r *http.Request) {
	body, _ := json.Marshal(p.list)
	sum := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(sum[:4]) + `"`
	p.polls = append(p.polls, r.Header.Get("If-None-Match"))
	p.prefers = append(p.prefers, r.Header.Get("Prefer"))
	w.Header().Set("ETag", etag)
	if p.holds {
		w.Header().Set("Preference-Applied", r.Header.Get("Prefer"))
	}
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(body)
}

func (p *portal) file(w http.ResponseWriter, r *http.Request) {
	content := p.bytes[r.URL.Path]
	p.ranges = append(p.ranges, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
	if p.noRanges {
		r.Header.Del("Range")
	}
	if p.cut > 0 {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		fmt.Fprint(w, content[:p.cut])
		p.cut = 0
		_ = http.NewResponseController(w).Flush() // or the client asks again by itself
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("ETag", `"sha256:`+r.PathValue("sha256")+`"`)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
}

func (p *portal) receipt(w http.ResponseWriter, r *http.Request) {
	if p.refuse != 0 {
		w.WriteHeader(p.refuse)
		return
	}
	var got report
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.receipts = append(p.receipts, fmt.Sprintf("%s %s %s sha256=%.6s version=%s endpoint=%s result=%s",
		r.PathValue("id"), got.Event, got.At, got.SHA256, got.Version, got.Endpoint, got.Result))
	w.WriteHeader(http.StatusAccepted)
}

// set changes the portal while requests may be under way.
func (p *portal) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// custom is a bandage pattern with these bytes, which the portal has.
func (p *portal) custom(id int, name, content string) entry {
	sum := sha256.Sum256([]byte(content))
	digest := casefile.Digest(hex.EncodeToString(sum[:]))
	e := entry{
		ID: casefile.PatternID(id), Type: casefile.Bandage, Version: "6.123.45", Case: "20261123-ws-017", Endpoint: "ws-017",
		File: &file{name, int64(len(content)), digest, "/v1/files/" + string(digest)},
	}
	p.set(func() {
		p.bytes[e.File.URL] = content
		p.list.Patterns = append(p.list.Patterns, e)
	})
	return e
}

// config is a mitigator of the portal, whose clock stands still.
func (p *portal) config(t *testing.T, exec string) Config {
	return Config{
		Servers: []string{p.URL}, Token: token, Dir: t.TempDir(), Exec: exec,
		Now: func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) },
	}
}
