package serve

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// stall is how long a download may stand still before it is cut.
const stall = 30 * time.Second

// pulse moves a download's deadline for as long as bytes reach the client. Nothing may
// stand between the file and the socket, so it looks at both from the side: the kernel
// moves the file's own offset as it sends, and tells what the client has not got yet.
type pulse struct {
	content *os.File
	conn    net.Conn // nil in a test without one
	out     *http.ResponseController
	stall   time.Duration
}

// progress is different whenever bytes have moved.
type progress struct {
	offset int64
	queued int
}

// carried is the key of a request's connection in its context.
type carried struct{}

// carry lets a handler find the connection under its request.
func carry(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	return context.WithValue(ctx, carried{}, conn)
}

// watched starts the pulse of a download; stop ends it.
func watched(w http.ResponseWriter, r *http.Request, content *os.File, stall time.Duration) (stop func()) {
	conn, _ := r.Context().Value(carried{}).(net.Conn)
	p := pulse{content, conn, http.NewResponseController(w), stall}
	if p.renew() != nil {
		return func() {} // a test's recorder has no deadline
	}
	done := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { p.beat(done) })
	return func() { close(done); beating.Wait() }
}

func (p pulse) renew() error { return p.out.SetWriteDeadline(time.Now().Add(p.stall)) }

func (p pulse) beat(done <-chan struct{}) {
	tick := time.NewTicker(p.stall / 10)
	defer tick.Stop()
	var last progress
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if now := p.look(); now != last {
			last = now
			_ = p.renew()
		}
	}
}

func (p pulse) look() progress {
	offset, _ := p.content.Seek(0, io.SeekCurrent)
	return progress{offset, queued(p.conn)}
}
