package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// gather is how long events are gathered before a look: one commit makes up to eleven.
const gather = 20 * time.Millisecond

// watch looks once, then after every event and at every tick, until ctx ends. An event
// says no more than "look again": they come doubled, merged, late, or, on network file
// systems, not at all.
func (p *publisher) watch(ctx context.Context, every time.Duration) {
	events, failures := (<-chan fsnotify.Event)(nil), (<-chan error)(nil)
	w, err := fsnotify.NewWatcher()
	if err != nil {
		p.log.Warn("cannot watch, looking at every tick only", "tick", every, "error", understood(err))
	} else {
		defer w.Close()
		events, failures = w.Events, w.Errors
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	folders := &folders{w: w, log: p.log}
	folders.renew(p.watched())
	p.metrics.looks.WithLabelValues("start").Inc()
	p.look(ctx)
	p.mend(ctx)
	var soon <-chan time.Time
	for {
		cause := "event"
		select {
		case <-ctx.Done():
			return
		case <-events:
			// Armed by the first event and not put off by later ones, or a busy folder
			// would put the look off for ever.
			if soon == nil {
				soon = time.After(gather)
			}
			continue
		case <-failures: // an overflow: events were lost
			if soon == nil {
				soon = time.After(gather)
			}
			continue
		case <-soon:
		case <-tick.C:
			cause = "tick"
			p.reconsider()
		}
		soon = nil
		p.metrics.looks.WithLabelValues(cause).Inc()
		// Watched first, looked at second: what happens in between is seen either way.
		folders.renew(p.watched())
		p.look(ctx)
	}
}

// watched are the folders in which the branch moves, and the two above the repository:
// where it is renamed away and another put in its place, nothing happens inside it.
func (p *publisher) watched() []string {
	folders := p.repo.Watch(p.found.Load().branch)
	above := filepath.Dir(folders[0])
	return append(folders, above, filepath.Dir(above))
}

// folders are the watched ones. Git removes emptied folders of refs, and the watch with
// them, so they are named anew before every look.
type folders struct {
	w     *fsnotify.Watcher
	log   *slog.Logger
	known map[string]os.FileInfo
	said  string
}

func (f *folders) renew(wanted []string) {
	if f.w == nil {
		return
	}
	known := map[string]os.FileInfo{}
	alive := f.w.WatchList() // a folder made anew may even have the number of the one that was removed
	complaint := ""
	for _, folder := range wanted {
		at, info := nearest(folder)
		if info == nil {
			continue
		}
		if old := f.known[at]; old == nil || !os.SameFile(old, info) || !slices.Contains(alive, at) {
			_ = f.w.Remove(at) // another folder of that name: its watch is of no use
			if err := f.w.Add(at); err != nil {
				complaint = fmt.Sprintf("%s: %v", at, understood(err))
				continue
			}
		}
		known[at] = info
	}
	for at := range f.known {
		if known[at] == nil {
			_ = f.w.Remove(at)
		}
	}
	f.known = known
	if complaint != "" && complaint != f.said {
		f.log.Warn("cannot watch, looking at every tick only", "error", complaint)
	}
	f.said = complaint
}

// nearest is the folder, or the closest one above it that is there.
func nearest(folder string) (string, os.FileInfo) {
	for {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder, info
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", nil
		}
		folder = above
	}
}

// understood says in words what inotify's limits call "no space left on device" and "too
// many open files".
func understood(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("no inotify watches left, raise the sysctl fs.inotify.max_user_watches: %w", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("no inotify instances left, raise the sysctl fs.inotify.max_user_instances or the limit of open files: %w", err)
	}
	return err
}
