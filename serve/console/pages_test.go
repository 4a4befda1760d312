package console

import (
	"net/http"
	"testing"
)

var screens = []string{
	"/", "/customers/acme", "/customers/zenith", "/customers/acme/cases", "/customers/acme/patterns",
	"/customers/acme/cases/20260115-ws-001", "/customers/acme/cases/20260112-ws-004", "/customers/acme/cases/20260111-ws-005",
	"/customers/acme/patterns/1", "/customers/acme/patterns/2", "/customers/acme/patterns/3", "/customers/acme/patterns/4",
	"/nonconforming", "/customers/acme/nonconforming", "/customers/zenith/nonconforming",
	"/history", "/customers/acme/history", "/customers/zenith/history",
	"/publishing", "/publishing/mitigators", "/publishing/deliveries", "/search", "/search?q=ws", "/search?q=nothing-like-it",
}

func TestEveryScreenAnswersGetAndHead(t *testing.T) {
	s := town(t)
	for _, path := range screens {
		got := s.page(path)
		head := s.ask(http.MethodHead, path)
		if head.Code != got.Code || head.Body.Len() > 0 || head.Header().Get("Content-Length") != got.Header().Get("Content-Length") {
			t.Errorf("%s: HEAD is %d, %d bytes, %v", path, head.Code, head.Body.Len(), head.Header())
		}
	}
}
