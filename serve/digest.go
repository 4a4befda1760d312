package serve

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"

	"casebook/casefile"
)

var dictionaryKey = regexp.MustCompile(`^[a-z*][a-z0-9_.*-]*$`)

// contentDigest is the SHA-256 that Content-Digest (RFC 9530) tells of a body; "" if it
// tells none, or only digests that we do not know and so may ignore.
func contentDigest(fields []string) (casefile.Digest, error) {
	if len(fields) == 0 {
		return "", nil
	}
	malformed := errors.New("Content-Digest: not of the form sha-256=:BASE64: (RFC 9530)")
	digest := casefile.Digest("")
	for member := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		key, value, found := strings.Cut(strings.Trim(member, " \t"), "=")
		encoded, parameters, ended := strings.Cut(strings.TrimPrefix(value, ":"), ":")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		switch {
		case !found, !dictionaryKey.MatchString(key), !strings.HasPrefix(value, ":"), !ended, err != nil,
			parameters != "" && parameters[0] != ';', key == "sha-256" && len(raw) != 32:
			return "", malformed
		case key == "sha-256":
			digest = casefile.Digest(hex.EncodeToString(raw))
		}
	}
	return digest, nil
}

// reprDigest is a Repr-Digest (RFC 9530).
func reprDigest(d casefile.Digest) string {
	raw, _ := hex.DecodeString(string(d)) // a Digest is hexadecimal
	return "sha-256=:" + base64.StdEncoding.EncodeToString(raw) + ":"
}
