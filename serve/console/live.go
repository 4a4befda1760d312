package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	listeners = 500              // pages that wait for news at most; one more asks later
	heartbeat = 15 * time.Second // so that a proxy does not take silence for the end
)

// events tells a page that what it shows may be another by now. What changed it does not
// say: the page asks for itself again.
func (k *Console) events(c echo.Context) error {
	if k.listening.Add(1) > listeners {
		k.listening.Add(-1)
		c.Response().Header().Set("Retry-After", "30")
		return c.NoContent(http.StatusServiceUnavailable)
	}
	defer k.listening.Add(-1)
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would gather them
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	changed := k.Changed()
	text := fmt.Sprintf("retry: 2000\nevent: hello\ndata: %s\n\n", k.state(k.Standing()))
	for {
		if err := say(c, text); err != nil {
			return nil // nobody listens any more
		}
		select {
		case <-c.Request().Context().Done():
			return nil
		case <-k.Ended:
			return nil
		case <-beat.C:
			text = ":\n\n"
		case <-changed:
			changed = k.Changed()
			text = fmt.Sprintf("event: changed\ndata: %s\n\n", k.state(k.Standing()))
		}
	}
}

// state names what the pages show: what is published, what was reported, and what is refused. A page whose state is
// another one missed something.
func (k *Console) state(now Standing) string {
	commit, refused := "", ""
	if p := k.Published(); p != nil {
		commit = p.Commit
	}
	if r := now.Refused; r != nil {
		refused = r.Commit
	}
	return commit + "/" + k.observed().commit + "/" + refused
}

// say writes with a deadline of its own: the server's is for whole answers.
func say(c echo.Context, text string) error {
	control := http.NewResponseController(c.Response().Writer)
	if err := control.SetWriteDeadline(time.Now().Add(heartbeat)); err != nil {
		return err
	}
	if _, err := c.Response().Write([]byte(text)); err != nil {
		return err
	}
	return control.Flush()
}
