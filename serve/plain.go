package serve

import (
	"bytes"
	"net/http"
	"strings"
)

const listPath = "/v1/patterns"

var emptyLine = []byte("\r\n\r\n")

// isPlain reports whether a request is a poll about which nothing is to be known but its
// method and header: no body, no query, no wish of the connection but that it stays.
func isPlain(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.RequestURI != listPath || r.Proto != "HTTP/1.1" ||
		len(r.TransferEncoding) > 0 || len(r.Trailer) > 0 {
		return false
	}
	for name, values := range r.Header {
		switch name {
		case "Content-Length", "Transfer-Encoding", "Trailer", "Te", "Expect", "Upgrade", "Http2-Settings", "Prefer":
			return false
		case "Connection":
			if len(values) != 1 || !strings.EqualFold(values[0], "keep-alive") {
				return false
			}
		}
	}
	return true
}

// readPlain reads the head of a plain poll, or nothing. It is stricter than net/http, which
// gets to read what is refused here.
func readPlain(head []byte) *http.Request {
	line, fields, _ := strings.Cut(strings.TrimSuffix(string(head), "\r\n\r\n"), "\r\n")
	method, ok := strings.CutSuffix(line, " "+listPath+" HTTP/1.1")
	if !ok {
		return nil
	}
	r := &http.Request{Method: method, RequestURI: listPath, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
	for field := range strings.SplitSeq(fields, "\r\n") {
		name, value, ok := strings.Cut(field, ":")
		if !ok || !isWord(name) || !isPrintable(value) {
			return nil
		}
		value = strings.Trim(value, " ")
		if !strings.EqualFold(name, "Host") {
			r.Header.Add(name, value)
			continue
		}
		if r.Host != "" || !isHost(value) {
			return nil
		}
		r.Host = value
	}
	if r.Host == "" || !isPlain(r) {
		return nil
	}
	return r
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func isHost(s string) bool {
	return s != "" && strings.Trim(s, "-.:[]abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func isPrintable(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c < ' ' || c > '~' }) < 0
}

// hasBareLines reports whether a line ends otherwise than with CR and LF, as net/http lets it.
func hasBareLines(head []byte) bool {
	return bytes.Count(head, []byte("\n")) != bytes.Count(head, []byte("\r\n"))
}
