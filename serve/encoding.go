package serve

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
)

// document is a JSON answer prepared once: its bytes as they are and compressed, each
// with a strong ETag of its own, made from the content alone so that all replicas agree.
type document struct {
	plain, gzip variant
}

// variant is one encoding of a document. Header values are kept as slices, so that an
// answer puts them into its header without allocating.
type variant struct {
	body   []byte
	etag   string
	header struct{ etag, length []string }
}

var (
	jsonType      = []string{"application/json"}
	gzipCoding    = []string{"gzip"}
	varyEncoding  = []string{"Accept-Encoding"}
	privateCached = []string{"private, no-cache"}
	noSniff       = []string{"nosniff"}
)

func newDocument(body []byte) *document {
	d := newSmallDocument(body)
	tag := strings.Trim(d.plain.etag, `"`)
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is legal
	_, _ = z.Write(body)
	_ = z.Close() // a buffer takes everything
	d.gzip = newVariant(packed.Bytes(), `"`+tag+`-gzip"`)
	return d
}

// newSmallDocument is one that is never compressed: it fits into a packet as it is, and to
// set up the compressor costs a thousand times more than all else that is done for it.
func newSmallDocument(body []byte) *document {
	sum := sha256.Sum256(body)
	plain := newVariant(body, `"`+hex.EncodeToString(sum[:16])+`"`)
	return &document{plain, plain}
}

func newVariant(body []byte, etag string) variant {
	v := variant{body: body, etag: etag}
	v.header.etag = []string{etag}
	v.header.length = []string{strconv.Itoa(len(body))}
	return v
}

// choose is the encoding a request is answered with.
func (d *document) choose(r *http.Request) *variant {
	if len(d.gzip.body) < len(d.plain.body) && acceptsGzip(r.Header["Accept-Encoding"]) {
		return &d.gzip
	}
	return &d.plain
}

// serve answers with the document, with 304 where the client has it, or with 412 where it wants
// another one, and tells which. Documents have no date, so conditions on one are ignored (RFC 9110,
// 13.1.3 and 13.1.4).
func (d *document) serve(w http.ResponseWriter, r *http.Request) (status int) {
	v, h := d.choose(r), w.Header()
	if !v.isWanted(r) {
		conditionFailed.write(w, r)
		return http.StatusPreconditionFailed
	}
	h["Etag"] = v.header.etag
	h["Vary"] = varyEncoding
	h["Cache-Control"] = privateCached
	if v.isKnown(r) {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	h["Content-Type"] = jsonType
	h["X-Content-Type-Options"] = noSniff
	h["Content-Length"] = v.header.length
	if v == &d.gzip {
		h["Content-Encoding"] = gzipCoding
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(v.body) // the client may be gone
	}
	return http.StatusOK
}

// isWanted reports whether If-Match, if there is one, names the variant (RFC 9110, 13.1.1).
func (v *variant) isWanted(r *http.Request) bool {
	fields := r.Header["If-Match"]
	return fields == nil || matches(fields, v.etag, false)
}

// isKnown reports whether If-None-Match names the variant (RFC 9110, 13.1.2).
func (v *variant) isKnown(r *http.Request) bool {
	return matches(r.Header["If-None-Match"], v.etag, true)
}

// matches reports whether one of the tags is etag. Weakly compared, a weak one can be (RFC 9110,
// 8.8.3.2).
func matches(fields []string, etag string, weakly bool) bool {
	for _, field := range fields {
		for field = strings.TrimLeft(field, " \t,"); field != ""; field = strings.TrimLeft(field, " \t,") {
			if field[0] == '*' {
				return true
			}
			var weak bool
			if field, weak = strings.CutPrefix(field, "W/"); field == "" || field[0] != '"' {
				return false
			}
			end := strings.IndexByte(field[1:], '"') + 2
			if end == 1 {
				return false
			}
			if field[:end] == etag && (weakly || !weak) {
				return true
			}
			field = field[end:]
		}
	}
	return false
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3).
func acceptsGzip(fields []string) bool {
	any := false
	for _, field := range fields {
		for coding := range strings.SplitSeq(field, ",") {
			name, parameters, _ := strings.Cut(coding, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				return wanted(parameters)
			case name == "*":
				any = wanted(parameters)
			}
		}
	}
	return any
}

// wanted reports whether the parameters of a coding do not give it the weight 0.
func wanted(parameters string) bool {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return err == nil && weight > 0
		}
	}
	return true
}
