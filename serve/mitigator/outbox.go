package mitigator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"casebook/casefile"
)

// outbox is the folder in which an agent leaves forensic data to hand in, as ENDPOINT.zip
// or ENDPOINT--ANYTHING.zip. A file is taken once two looks found it unchanged; an agent
// that writes slowly uses another name and renames. What the server has is moved to sent/,
// what it refuses for good to refused/, with the reason beside it. The server knows what it
// was handed before, so that a file still here after a crash is handed in again.
type outbox struct {
	*mitigator
	dir  *os.Root
	seen map[string]sighting // at the look before
	said string
}

// sighting is how a file looked; equal ones are of a file nobody is writing.
type sighting struct {
	size     int64
	modified time.Time
}

// settleTime is the time between two looks.
const settleTime = 2 * time.Second

func (m *mitigator) openOutbox() (*outbox, error) {
	if err := os.MkdirAll(m.Watch, 0o700); err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(m.Watch)
	return &outbox{mitigator: m, dir: dir}, err
}

// handInOnce hands in what is there, if there is such a folder.
func (m *mitigator) handInOnce(ctx context.Context) ([]casefile.Key, error) {
	if m.Watch == "" {
		return nil, nil
	}
	o, err := m.openOutbox()
	if err != nil {
		return nil, err
	}
	keys, err := o.once(ctx)
	return keys, errors.Join(err, o.dir.Close())
}

// keepHandingIn hands in beside the passes, whose polls may wait for long, until stop is
// called.
func (m *mitigator) keepHandingIn(ctx context.Context) (stop func(), err error) {
	if m.Watch == "" {
		return func() {}, nil
	}
	o, err := m.openOutbox()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.run(ctx)
	}()
	return func() { cancel(); <-ended; _ = o.dir.Close() }, nil
}

// run hands in until ctx ends.
func (o *outbox) run(ctx context.Context) {
	for misses := 0; ctx.Err() == nil; {
		_, err := o.look(ctx)
		wait := settleTime
		switch {
		case err == nil:
			misses, o.said = 0, ""
		case ctx.Err() == nil:
			misses++
			wait = max(settleTime, backoff(misses), retryAfter(err))
			if err.Error() != o.said {
				o.Log.Warn("cannot hand in", "error", err)
			}
			o.said = err.Error()
		}
		if o.Sleep(ctx, wait) != nil {
			return
		}
	}
}

// once hands in what is there and is not being written.
func (o *outbox) once(ctx context.Context) ([]casefile.Key, error) {
	keys, err := o.look(ctx)
	if err != nil || len(o.seen) == 0 {
		return keys, err
	}
	if err := o.Sleep(ctx, settleTime); err != nil {
		return keys, err
	}
	return o.look(ctx)
}

// look hands in each file that is as it was at the look before. One that cannot be had does
// not keep the others waiting; a server that cannot be asked does.
func (o *outbox) look(ctx context.Context) (keys []casefile.Key, err error) {
	names, err := o.settled()
	for _, name := range names {
		key, problem := o.handIn(ctx, name)
		if problem != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", name, problem))
		}
		if key != "" {
			keys = append(keys, key)
		}
		if ctx.Err() != nil || errors.Is(problem, ErrUnauthorized) || retryAfter(problem) > 0 {
			break
		}
	}
	return keys, err
}

// settled are the files that are as they were at the look before.
func (o *outbox) settled() ([]string, error) {
	entries, err := fs.ReadDir(o.dir.FS(), ".")
	now := map[string]sighting{}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || strings.HasPrefix(name, ".") || !strings.EqualFold(filepath.Ext(name), ".zip") {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		now[name] = sightingOf(info)
		if was, ok := o.seen[name]; ok && was == now[name] {
			names = append(names, name)
		}
	}
	o.seen = now
	return names, err
}

func sightingOf(info fs.FileInfo) sighting { return sighting{info.Size(), info.ModTime()} }

// handIn brings one file to the server and puts it away. The key is empty if there is no
// case, and the error if it is not to be tried again.
func (o *outbox) handIn(ctx context.Context, name string) (casefile.Key, error) {
	f, err := o.dir.Open(name)
	if err != nil {
		return "", err
	}
	key, err := o.offer(ctx, f, name)
	still := o.still(f, name)
	_ = f.Close() // before it is moved: Windows moves no open file
	var refused *Refused
	switch {
	case !still:
		return "", nil // somebody writes it after all: it will settle, and be offered again
	case err == nil:
		o.Log.Info("handed in", "file", name, "case", key)
		return key, o.putAway("sent", string(key)+"--"+name, name)
	case errors.As(err, &refused) && refusedForGood(refused):
		o.Log.Error("forensic data refused", "file", name, "error", err)
		return "", o.reject(name, err)
	}
	return "", err
}

// refusedForGood tells an answer about the file from one of a server that takes none.
func refusedForGood(e *Refused) bool {
	return e.final() && e.Status != http.StatusNotFound && e.Status != http.StatusMethodNotAllowed
}

// still reports whether the file is as it was when it was looked at.
func (o *outbox) still(f *os.File, name string) bool {
	info, err := f.Stat()
	return err == nil && sightingOf(info) == o.seen[name]
}

// putAway moves a file into a folder beside it. The name there holds the case's key, so
// that only the same bytes can take its place.
func (o *outbox) putAway(folder, as, name string) error {
	if err := o.dir.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return o.dir.Rename(name, filepath.Join(folder, as))
}

// reject puts a refused file away under a name that no other has, with the reason.
func (o *outbox) reject(name string, why error) error {
	as := o.Now().UTC().Format("20060102T150405.000000000Z") + "--" + name
	if err := o.putAway("refused", as, name); err != nil {
		return err
	}
	return o.dir.WriteFile(filepath.Join("refused", as+".txt"), []byte(why.Error()+"\n"), 0o600)
}
