package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"casebook/repo"
	"casebook/serve/console"
)

// Config says what is served, where, and how often it is looked at.
type Config struct {
	Dir        string           // the repository, or a folder in it
	State      string           // the state folder; "" is the one in the repository
	Branch     string           // published; "" is the one casebook.yaml names
	Listen     string           // address for mitigators
	Console    string           // address for people and probes; "" is none
	UserHeader string           // in which the proxy before Console says who is asking; "" where there is none
	TLS        TLS              // of Listen; no files are none
	PlainHTTP  bool             // Listen may be reached from elsewhere: a proxy in front does the TLS
	Tick       time.Duration    // between looks without an event; 0 is 30 seconds
	Rate       int              // requests a second of one mitigator or operator; 0 is any
	Drain      time.Duration    // for what is under way when the server stops; 0 is 30 seconds
	Batch      time.Duration    // between commits of receipts; 0 is 2 seconds
	Forensics  int64            // bytes of forensic data that are taken at the most; 0 is 2 GiB
	Key        *repo.SigningKey // signs what the server commits; nil signs nothing
	Log        *slog.Logger     // nil is silence
	Now        func() time.Time
	Getenv     func(string) string
}

// ErrServing says that another server has the state folder.
var ErrServing = errors.New("another casebook serve uses this state folder")

// Exposed says that a listener would be reached from elsewhere without TLS.
type Exposed struct {
	Console bool // the console's; else the one for mitigators
	Address string
}

func (e *Exposed) Error() string {
	if e.Console {
		return fmt.Sprintf("console %s: not a loopback address", e.Address)
	}
	return fmt.Sprintf("listen %s: not a loopback address, and there is no TLS", e.Address)
}

const (
	answerTime = 30 * time.Second // for a small answer
	drainTime  = 30 * time.Second // for what is under way when the server stops, unless told otherwise
)

// Run serves until ctx ends, and then drains. It calls ready once both listeners accept
// connections; console is nil if there is none.
func Run(ctx context.Context, c Config, ready func(listen, console net.Addr)) (err error) {
	c = c.filled()
	if err := c.checkAddresses(); err != nil {
		return err
	}
	r, err := repo.Open(c.Dir, c.State, c.Getenv)
	if err != nil {
		return err
	}
	defer spare(c.Getenv)()
	ours, err := occupy(r.State())
	if err != nil {
		return err
	}
	defer ours.end()
	j, err := openJournal(filepath.Join(r.State().Dir(), "journal"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	recorder, err := newRecorder(r, j, c.Log, c.Now)
	if err != nil {
		return err
	}
	p := newPublisher(r, c.Branch, c.Log, c.Now)
	recorder.key, p.key = c.Key, c.Key
	recorder.heard, j.renew = p.lastHeard, ours.renew
	if recorder.beat, err = p.recall(recorder.delivered); err != nil {
		return err
	}
	return c.run(ctx, p, recorder, ready)
}

// run starts listeners, looking and delivering, in that order; and stops them so that the
// last receipt taken is delivered.
func (c Config) run(ctx context.Context, p *publisher, r *recorder, ready func(listen, console net.Addr)) error {
	listen, err := c.listen()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	api := &api{publisher: p, recorder: r, forensics: &forensics{publisher: p, limit: c.Forensics}, rate: c.Rate}
	api.regulars = newRegulars(api)
	servers := []*http.Server{c.server(api.routes())}
	listeners := []net.Listener{listen}
	var consoleAddr net.Addr
	if c.Console != "" {
		l, err := net.Listen("tcp", c.Console)
		if err != nil {
			return errors.Join(err, listen.Close())
		}
		consoleAddr = l.Addr()
		listeners = append(listeners, l)
		servers = append(servers, c.server(newOperations(p, r, console.New(p.source(ctx, r)), c.UserHeader).routes()))
	}
	for i, s := range servers {
		go func() { cancel(s.Serve(listeners[i])) }()
	}
	go func() { cancel(servers[0].Serve(api.regulars.back)) }()
	var watching, delivering sync.WaitGroup
	watching.Go(func() { p.watch(ctx, c.Tick) })
	watching.Go(func() { p.room.keepTime(ctx) })
	above := newSupervisor(c.Getenv)
	watching.Go(func() { above.reassure(ctx, func() { p.room.count(); r.pending() }) })
	deliver, stopDelivering := context.WithCancel(context.WithoutCancel(ctx))
	delivering.Go(func() { r.run(deliver, c.Batch) })
	ready(listen.Addr(), consoleAddr)
	above.tell("READY=1")
	<-ctx.Done()
	above.tell("STOPPING=1")
	err = broken(ctx)
	c.drain(servers, p.room, api.regulars)
	watching.Wait()
	stopDelivering()
	delivering.Wait()
	return err
}

// listen is the listener for mitigators.
func (c Config) listen() (net.Listener, error) {
	if c.TLS == (TLS{}) {
		return net.Listen("tcp", c.Listen)
	}
	config, err := c.TLS.secure(c.Log)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(l, config), nil
}

// broken is why a server stopped by itself, if one did.
func broken(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, http.ErrServerClosed) {
		return nil
	}
	return cause
}

// drain answers those who wait and lets answers under way end, for as long as that may
// take, and cuts the rest.
func (c Config) drain(servers []*http.Server, waiting *room, polling *regulars) {
	limited, cancel := context.WithTimeout(context.Background(), c.Drain)
	defer cancel()
	waiting.close()
	polling.close()
	for _, s := range servers {
		if s.Shutdown(limited) != nil {
			_ = s.Close()
		}
	}
	waiting.settle(limited)
	polling.settle(limited)
}

// server has every limit set; net/http's own are all "none".
func (c Config) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headTime,
		ReadTimeout:       answerTime,
		WriteTimeout:      answerTime,
		ConnContext:       carry,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    4 << 10, // net/http adds 4 KiB
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
}

func (c Config) filled() Config {
	if c.Tick <= 0 {
		c.Tick = 30 * time.Second
	}
	if c.Drain <= 0 {
		c.Drain = drainTime
	}
	if c.Batch <= 0 {
		c.Batch = 2 * time.Second
	}
	if c.Forensics <= 0 {
		c.Forensics = largestForensics
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Getenv == nil {
		c.Getenv = func(string) string { return "" }
	}
	return c
}

func (c Config) checkAddresses() error {
	if err := checkAddress(c.Listen, c.PlainHTTP || c.TLS != (TLS{}), &Exposed{false, c.Listen}); err != nil || c.Console == "" {
		return err
	}
	return c.checkConsole()
}

func (c Config) checkConsole() error {
	return checkAddress(c.Console, c.UserHeader != "", &Exposed{true, c.Console})
}

func checkAddress(address string, anywhere bool, exposed *Exposed) error {
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return err
	}
	if !a.IP.IsLoopback() && !anywhere {
		return exposed
	}
	return nil
}
