package mitigator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// The conditions a caller decides by.
var (
	// ErrUnauthorized says that the server does not know the token, or no longer.
	ErrUnauthorized = errors.New("the server refuses the token")
	// ErrInUse says that another mitigator works in the folder.
	ErrInUse = errors.New("another mitigator works in this folder")
	// ErrOtherAccount says that the folder was used for another customer, whose pattern
	// numbers mean other patterns.
	ErrOtherAccount = errors.New("the folder belongs to another account")
	// ErrRollback says that a server's list is older than one that was seen.
	ErrRollback = errors.New("the list is older than one seen before")
)

// mitigator is one that has its folder to itself.
type mitigator struct {
	Config
	servers *servers
	words   []string // of the command; none: nothing is run
	folder  string   // absolute
	dir     *os.Root
	lock    *flock.Flock
	memory  *memory
	result  Result
	polled  polled
}

func open(c Config) (*mitigator, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	servers, err := newServers(c.Servers, c.Log, c.Now)
	if err != nil {
		return nil, err
	}
	words, err := split(c.Exec)
	if err != nil {
		return nil, fmt.Errorf("exec %q: %w", c.Exec, err)
	}
	folder, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	m := &mitigator{Config: c, servers: servers, words: words, folder: folder}
	if err := m.occupy(); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

func (c Config) filled() (Config, error) {
	if c.Every <= 0 {
		c.Every = 10 * time.Minute
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.Client == nil {
		t, err := c.transport()
		if err != nil {
			return c, err
		}
		c.Client = &http.Client{Transport: t}
	}
	client := *c.Client
	client.CheckRedirect = stayHome
	c.Client = &client
	return c, nil
}

// stayHome refuses redirects to another host: net/http would carry the token on to
// subdomains, and from https to http.
func stayHome(r *http.Request, via []*http.Request) error {
	if first := via[0].URL; r.URL.Host != first.Host || r.URL.Scheme != first.Scheme {
		return fmt.Errorf("redirected to %s://%s, which is not the server", r.URL.Scheme, r.URL.Host)
	}
	if len(via) > 5 {
		return errors.New("redirected too often")
	}
	return nil
}

// occupy makes and locks the folder, and remembers.
func (m *mitigator) occupy() error {
	if err := os.MkdirAll(m.folder, 0o700); err != nil {
		return err
	}
	m.lock = flock.New(filepath.Join(m.folder, "lock"), flock.SetPermissions(0o600))
	free, err := m.lock.TryLock()
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%s: %w", m.folder, ErrInUse)
	}
	if m.dir, err = os.OpenRoot(m.folder); err != nil {
		return err
	}
	m.memory, err = recall(m.dir)
	return err
}

// close leaves the lock's file where it is: to remove it would let two have it.
func (m *mitigator) close() error {
	var err error
	if m.dir != nil {
		err = m.dir.Close()
	}
	if m.lock != nil {
		err = errors.Join(err, m.lock.Close())
	}
	return err
}
