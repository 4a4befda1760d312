package serve

import (
	"net/http"
	"slices"
	"strings"
)

// conditions puts the conditions and the range of a request for bytes into the words net/http knows.
// Of a condition in several lines net/http reads the first only; they are one list (RFC 9110, 5.3). A Range
// is of GET alone (14.2), and one in several lines is none.
func conditions(r *http.Request) {
	h := r.Header
	for _, name := range []string{"If-Match", "If-None-Match"} {
		if lines := h[name]; len(lines) > 1 {
			h.Set(name, strings.Join(lines, ", "))
		}
	}
	if r.Method != http.MethodGet || len(h["Range"]) > 1 {
		h.Del("Range")
	}
	rangesOfBytes(h)
}

// rangesOfBytes takes a Range of another unit out of the header, which is to be ignored (RFC 9110,
// 14.2), and puts one of bytes into the words net/http knows. To net/http the unit has small letters,
// and the last 0 bytes are a range; there is none of no bytes, so it is made one beyond any file.
func rangesOfBytes(h http.Header) {
	if h["Range"] == nil {
		return
	}
	unit, set, _ := strings.Cut(h.Get("Range"), "=")
	if !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		h.Del("Range")
		return
	}
	satisfiable := slices.DeleteFunc(strings.Split(set, ","), isLastZero)
	if len(satisfiable) == 0 {
		satisfiable = []string{"9223372036854775807-"}
	}
	h.Set("Range", "bytes="+strings.Join(satisfiable, ","))
}

func isLastZero(of string) bool {
	length, isSuffix := strings.CutPrefix(strings.TrimSpace(of), "-")
	return isSuffix && length != "" && strings.Trim(length, "0") == ""
}
