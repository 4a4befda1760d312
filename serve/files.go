package serve

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"casebook/casefile"
)

// file is a pattern's bytes on a list, and the headers they are served with.
type file struct {
	path                           string // in the commit
	size                           int64
	sha256                         casefile.Digest
	etag, disposition, representer []string
}

var (
	octets    = []string{"application/octet-stream"}
	immutable = []string{"private, max-age=31536000, immutable"}
)

func newFile(p *casefile.Pattern) *file {
	return &file{
		path: p.FilePath(), size: p.File.Size, sha256: p.File.SHA256,
		etag:        []string{`"sha256:` + string(p.File.SHA256) + `"`},
		disposition: []string{attachment(p.File.Name)},
		representer: []string{reprDigest(p.File.SHA256)},
	}
}

// attachment is a Content-Disposition (RFC 6266): the name in full, and one for clients
// that know ASCII only.
func attachment(name string) string {
	var plain, full strings.Builder
	for _, c := range name {
		if c < 0x20 || c > 0x7e || strings.ContainsRune(`"\%`, c) {
			c = '_'
		}
		plain.WriteRune(c)
	}
	for _, b := range []byte(name) {
		if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("!#$&+-.^_`|~", b) >= 0 {
			full.WriteByte(b)
		} else {
			fmt.Fprintf(&full, "%%%02X", b)
		}
	}
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, plain.String(), full.String())
}

// file answers GET /v1/files/SHA256: from the state folder, and only what is on the list
// of the one who asks.
func (a *api) file(c call) error {
	d, err := casefile.ParseDigest(c.Param("sha256"))
	f := c.by.of.files[d]
	if err != nil || f == nil {
		return &notFound
	}
	content, err := a.stock.open(c.Request().Context(), c.published.commit, f)
	if err != nil {
		return err
	}
	defer content.Close()
	h := c.w.Header()
	h["Content-Type"] = octets
	h["X-Content-Type-Options"] = noSniff
	h["Content-Disposition"] = f.disposition
	h["Cache-Control"] = immutable
	h["Etag"] = f.etag
	h["Repr-Digest"] = f.representer
	defer watched(c.w, c.Request(), content, stall)()
	c.Response().Committed = true
	conditions(c.Request())
	if r := c.Request(); r.Header["Range"] != nil || r.Header["If-Match"] != nil {
		w := &ranged{ResponseWriter: c.w, r: r}
		http.ServeContent(w, r, "", time.Time{}, content)
		a.metrics.files.Add(float64(w.sent))
		if w.refused != nil {
			a.metrics.problem(w.refused)
		}
	} else {
		// Nothing may stand between ServeContent and net/http's own writer, or the kernel
		// no longer copies from disk to socket.
		http.ServeContent(c.w, r, "", time.Time{}, content)
		if sent, err := content.Seek(0, io.SeekCurrent); err == nil {
			a.metrics.files.Add(float64(sent))
		}
	}
	return nil
}

// ranged makes a problem document of net/http's plain words on a range that cannot be
// satisfied and its silence on a condition that does not hold, and leaves everything else,
// the kernel's copying too, as it is.
type ranged struct {
	http.ResponseWriter
	r       *http.Request
	refused *Problem
	sent    int64 // of the content
}

func (w *ranged) WriteHeader(status int) {
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		w.refused = &badRange
	case http.StatusPreconditionFailed:
		w.refused = &conditionFailed
	default:
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.refused.write(w.ResponseWriter, w.r)
}

func (w *ranged) Write(p []byte) (int, error) {
	if w.refused != nil {
		return len(p), nil
	}
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

func (w *ranged) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(w.ResponseWriter, src)
	w.sent += n
	return n, err
}
