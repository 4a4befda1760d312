package serve

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"casebook/casefile"
	"casebook/repo"
)

func TestFiles(t *testing.T) {
	s, p, _ := procedure(t)
	const content = "the bytes of the pattern"
	etag := `"sha256:` + string(p.File.SHA256) + `"`
	for name, c := range map[string]struct {
		headers []string
		status  int
		body    string
	}{
		"whole":                     {nil, 200, content},
		"a range":                   {[]string{"Range: bytes=4-8"}, 206, "bytes"},
		"a range with gzip":         {[]string{"Range: bytes=4-8", "Accept-Encoding: gzip"}, 206, "bytes"},
		"the end":                   {[]string{"Range: bytes=-7"}, 206, "pattern"},
		"from somewhere on":         {[]string{"Range: bytes=17-"}, 206, "pattern"},
		"a range of this version":   {[]string{"Range: bytes=4-8", "If-Range: " + etag}, 206, "bytes"},
		"a range of another":        {[]string{"Range: bytes=4-8", `If-Range: "sha256:00"`}, 200, content},
		"a range of a weak tag":     {[]string{"Range: bytes=4-8", "If-Range: W/" + etag}, 200, content},
		"known":                     {[]string{"If-None-Match: " + etag}, 304, ""},
		"known, with a range":       {[]string{"If-None-Match: " + etag, "Range: bytes=4-8"}, 304, ""},
		"another version is known":  {[]string{`If-None-Match: "sha256:00"`}, 200, content},
		"only if it is this":        {[]string{"If-Match: " + etag}, 200, content},
		"a range in another unit":   {[]string{"Range: pages=1-2"}, 200, content},
		"a range in large letters":  {[]string{"Range: Bytes=4-8"}, 206, "bytes"},
		"the last 0 bytes":          {[]string{"Range: bytes=-0"}, 416, "problem"},
		"the last 0, and others":    {[]string{"Range: bytes=-0, 4-8, -00"}, 206, "bytes"},
		"a range out of bounds":     {[]string{"Range: bytes=100-200"}, 416, "problem"},
		"a range that is none":      {[]string{"Range: bytes=x"}, 416, "problem"},
		"a range that runs too far": {[]string{"Range: bytes=17-99999999999"}, 206, "pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken, c.headers...)
			if c.body == "problem" {
				if r.Header.Get("Content-Range") != "bytes */24" && c.headers[0] != "Range: bytes=x" {
					t.Errorf("Content-Range %q", r.Header.Get("Content-Range"))
				}
				isProblem(t, r, 416, "range")
				return
			}
			if body := bodyOf(r); r.StatusCode != c.status || body != c.body {
				t.Errorf("%d %q, want %d %q", r.StatusCode, body, c.status, c.body)
			}
		})
	}
	t.Run("only if it is another", func(t *testing.T) {
		for _, method := range []string{"GET", "HEAD"} {
			r := s.ask(method, "/v1/files/"+string(p.File.SHA256), acmeToken, `If-Match: "sha256:00"`)
			if method == "GET" {
				isProblem(t, r, 412, "precondition-failed")
			} else if r.StatusCode != 412 {
				t.Errorf("%s: %s", method, r.Status)
			}
		}
	})
	t.Run("a range is of GET alone", func(t *testing.T) {
		for _, asked := range []string{"bytes=4-8", "bytes=99-"} {
			r := s.ask("HEAD", "/v1/files/"+string(p.File.SHA256), acmeToken, "Range: "+asked)
			if r.StatusCode != 200 || r.Header.Get("Content-Length") != "24" || r.Header.Get("Content-Range") != "" {
				t.Errorf("%s: %s %v", asked, r.Status, r.Header)
			}
		}
	})
	t.Run("ranges in several lines", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/v1/files/"+string(p.File.SHA256), http.NoBody)
		r.Header = http.Header{"Authorization": {"Bearer " + acmeToken}, "Range": {"bytes=0-1", "bytes=2-3"}}
		w := httptest.NewRecorder()
		s.api.ServeHTTP(w, r)
		if w.Code != 200 || w.Body.String() != content {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("conditions in several lines", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/v1/files/"+string(p.File.SHA256), http.NoBody)
		r.Header = http.Header{"Authorization": {"Bearer " + acmeToken}, "If-None-Match": {`"x"`, etag}, "If-Match": {`"y"`, etag}}
		w := httptest.NewRecorder()
		s.api.ServeHTTP(w, r)
		if w.Code != 304 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("a part tells the digest of the whole", func(t *testing.T) {
		r := s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken, "Range: bytes=4-8")
		if got, want := r.Header.Get("Repr-Digest"), "sha-256=:"+base64Of(t, p.File.SHA256)+":"; got != want || r.Header.Get("Content-Length") != "5" {
			t.Errorf("Repr-Digest %q, want %q, Content-Length %q", got, want, r.Header.Get("Content-Length"))
		}
	})
	t.Run("several ranges", func(t *testing.T) {
		r := s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken, "Range: bytes=0-2,17-23")
		if body := bodyOf(r); r.StatusCode != 206 || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/byteranges") || !strings.Contains(body, "pattern") {
			t.Errorf("%d %q %q", r.StatusCode, r.Header.Get("Content-Type"), body)
		}
	})
	r := s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken, "Accept-Encoding: gzip")
	for name, want := range map[string]string{
		"Etag": etag, "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Encoding": "",
		"Content-Disposition": `attachment; filename="lpt$vpn.123"; filename*=UTF-8''lpt$vpn.123`,
		"Repr-Digest":         "sha-256=:" + base64Of(t, p.File.SHA256) + ":", "Content-Length": "24", "Accept-Ranges": "bytes",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := r.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control: %q", got)
	}
}

func base64Of(t *testing.T, d casefile.Digest) string {
	t.Helper()
	raw, err := hex.DecodeString(string(d))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func damage(at, with string) error {
	return errors.Join(os.Chmod(at, 0o600), os.WriteFile(at, []byte(with), 0o600))
}

func TestAFileThatVanishedIsBroughtBackFromGit(t *testing.T) {
	s, p, _ := procedure(t)
	at := s.book.repo.State().Path(repo.Files, p.File.SHA256)
	for name, spoil := range map[string]func() error{
		"removed":   func() error { return os.Remove(at) },
		"truncated": func() error { return os.Truncate(at, 3) },
		"damaged":   func() error { return damage(at, "the bytes of a pattern!!") },
		"all gone":  func() error { return os.RemoveAll(s.book.repo.State().Dir()) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		r := s.ask("GET", "/v1/files/"+string(p.File.SHA256), acmeToken)
		if body := bodyOf(r); r.StatusCode != 200 || body != "the bytes of the pattern" {
			t.Errorf("%s: %d %q", name, r.StatusCode, body)
		}
	}
}
