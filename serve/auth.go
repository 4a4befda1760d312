package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
)

// longestToken bounds what is hashed for a stranger; our tokens are 256 random bits.
const longestToken = 256

// authenticate is the mitigator a request comes from, or nil.
func (p *published) authenticate(r *http.Request) *visitor {
	fields := r.Header["Authorization"]
	if len(fields) != 1 {
		return nil
	}
	scheme, credentials, _ := strings.Cut(fields[0], " ")
	credentials = strings.TrimSpace(credentials)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return p.holder(credentials)
	case strings.EqualFold(scheme, "Basic"):
		pair, err := base64.StdEncoding.DecodeString(credentials)
		name, token, found := strings.Cut(string(pair), ":")
		if v := p.holder(token); err == nil && found && v != nil && string(v.name) == name {
			return v
		}
	}
	return nil
}

// holder is the mitigator with that token. The map is asked with a hash that nobody can
// steer, and the comparison that decides takes the same time for every answer.
func (p *published) holder(token string) *visitor {
	if token == "" || len(token) > longestToken {
		return nil
	}
	var buffer [longestToken]byte
	given := sum(sha256.Sum256(buffer[:copy(buffer[:], token)]))
	v := p.tokens[given]
	if v == nil || subtle.ConstantTimeCompare(v.sum[:], given[:]) != 1 {
		return nil
	}
	return v
}
