package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// longestToken bounds what is hashed for a stranger; our tokens are 256 random bits.
const longestToken = 256

// authenticate is the mitigator a request comes from, or nil.
func (p *published) authenticate(r *http.Request, now time.Time) *visitor {
	if r.Header["Authorization"] == nil {
		return p.certified(r)
	}
	name, token, named := credentials(r)
	v := p.holder(token)
	if v == nil || named && string(v.name) != name {
		return nil
	}
	if v.isOver(now) {
		return nil
	}
	return v
}

// isOver reports whether the token was replaced by another, and the overlap is over.
func (v *visitor) isOver(now time.Time) bool {
	return !v.until.IsZero() && !now.Before(v.until.Time())
}

// credentials are the token a request shows, "" if it shows none, and the name beside it
// if there is one.
func credentials(r *http.Request) (name, token string, named bool) {
	fields := r.Header["Authorization"]
	if len(fields) != 1 {
		return "", "", false
	}
	scheme, given, _ := strings.Cut(fields[0], " ")
	given = strings.TrimSpace(given)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return "", given, false
	case strings.EqualFold(scheme, "Basic"):
		if pair, err := base64.StdEncoding.DecodeString(given); err == nil {
			name, token, named = strings.Cut(string(pair), ":")
		}
	}
	return name, token, named
}

// holder is the mitigator with that token. The map is asked with a hash that nobody can
// steer, and the comparison that decides takes the same time for every answer.
func (p *published) holder(token string) *visitor {
	given, ok := sumOf(token)
	v := p.tokens[given]
	if !ok || v == nil || subtle.ConstantTimeCompare(v.sum[:], given[:]) != 1 {
		return nil
	}
	return v
}

// sumOf is the SHA-256 of a token; there is none of what is no token of ours.
func sumOf(token string) (sum, bool) {
	if token == "" || len(token) > longestToken {
		return sum{}, false
	}
	var buffer [longestToken]byte
	return sha256.Sum256(buffer[:copy(buffer[:], token)]), true
}
