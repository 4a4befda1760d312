package serve

import (
	"net/http"
	"strings"
	"testing"
)

func TestIfNoneMatch(t *testing.T) {
	const tag = `"abc"`
	for name, c := range map[string]struct {
		fields []string
		want   bool
	}{
		"absent":              {nil, false},
		"the tag":             {[]string{`"abc"`}, true},
		"weak":                {[]string{`W/"abc"`}, true},
		"any":                 {[]string{`*`}, true},
		"another":             {[]string{`"abd"`}, false},
		"in a list":           {[]string{`"x", W/"y" ,"abc"`}, true},
		"in a second field":   {[]string{`"x"`, `"abc"`}, true},
		"a comma in a tag":    {[]string{`"x,y", "abc"`}, true},
		"the tag inside one":  {[]string{`"x\"abc\""`}, false},
		"without quotes":      {[]string{`abc`}, false},
		"never closed":        {[]string{`"abc`}, false},
		"a W alone":           {[]string{`W/`}, false},
		"nothing but commas":  {[]string{`, ,`}, false},
		"empty":               {[]string{``}, false},
		"the gzip tag":        {[]string{`"abc-gzip"`}, false},
		"rubbish, then a tag": {[]string{`x "abc"`}, false},
	} {
		if got := matches(c.fields, tag, true); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestIfMatch(t *testing.T) {
	v := newVariant([]byte("{}"), `"abc"`)
	for name, c := range map[string]struct {
		fields []string
		want   bool
	}{
		"absent":      {nil, true},
		"the tag":     {[]string{`"x"`, `"y", "abc"`}, true},
		"any":         {[]string{"*"}, true},
		"another":     {[]string{`"abd"`}, false},
		"weak":        {[]string{`W/"abc"`}, false},
		"weak and no": {[]string{`W/"abc", "abc"`}, true},
		"empty":       {[]string{""}, false},
	} {
		if got := v.isWanted(&http.Request{Header: http.Header{"If-Match": c.fields}}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAcceptEncoding(t *testing.T) {
	for field, want := range map[string]bool{
		"gzip": true, "GZIP": true, "x-gzip": true, "deflate, gzip;q=0.5": true, "gzip; q=0": false, "gzip;q=0.000": false,
		"*": true, "*;q=0": false, "*, gzip;q=0": false, "identity": false, "": false, "gzipped": false, "gzip;q=x": false, "br;q=1, *;q=0.1": true,
	} {
		if got := acceptsGzip([]string{field}); got != want {
			t.Errorf("%q: %v", field, got)
		}
	}
	if acceptsGzip(nil) {
		t.Error("gzip for a client that did not ask")
	}
}

func TestAttachment(t *testing.T) {
	for name, want := range map[string]string{
		"lpt$vpn.123":   `attachment; filename="lpt$vpn.123"; filename*=UTF-8''lpt$vpn.123`,
		`a"b\c.bin`:     `attachment; filename="a_b_c.bin"; filename*=UTF-8''a%22b%5Cc.bin`,
		"größe 1.bin":   `attachment; filename="gr__e 1.bin"; filename*=UTF-8''gr%C3%B6%C3%9Fe%201.bin`,
		"100%'(a)*.bin": `attachment; filename="100_'(a)*.bin"; filename*=UTF-8''100%25%27%28a%29%2A.bin`,
	} {
		if got := attachment(name); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestSmallDocumentsAreNotCompressed(t *testing.T) {
	if d := newDocument([]byte("{}\n")); len(d.gzip.body) < len(d.plain.body) {
		t.Skip("gzip makes 3 bytes shorter")
	}
	large := newDocument([]byte(strings.Repeat("pattern ", 1000)))
	if len(large.gzip.body) >= len(large.plain.body) || large.gzip.etag == large.plain.etag {
		t.Errorf("%d bytes compressed to %d, tags %s and %s", len(large.plain.body), len(large.gzip.body), large.plain.etag, large.gzip.etag)
	}
}
