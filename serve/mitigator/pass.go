package mitigator

import (
	"context"
	"errors"
	"fmt"

	"casebook/casefile"
)

// pass does once what doc.go describes.
func (m *mitigator) pass(ctx context.Context) error {
	m.result, m.polled = Result{}, polled{}
	if err := m.settle(); err != nil {
		return err
	}
	// A server that cannot take receipts now may still have patterns, unless it told us to
	// stay away.
	if err := m.send(ctx); retryAfter(err) > 0 {
		return err
	}
	err := m.follow(ctx)
	if retryAfter(err) > 0 {
		return err
	}
	return errors.Join(err, m.send(ctx))
}

// follow does what the server's list asks for.
func (m *mitigator) follow(ctx context.Context) error {
	l, etag, err := m.poll(ctx)
	if err != nil {
		return err
	}
	m.result.Polled = true
	if l == nil {
		return nil
	}
	m.result.Changed = true
	m.memory.Latest = l.Latest
	m.forget(l)
	errs := m.workThrough(ctx, l)
	if len(errs) == 0 {
		m.memory.ETag = etag
	}
	return errors.Join(append(errs, m.remember())...)
}

// workThrough works on each entry by itself: one that cannot be had does not keep the
// others waiting.
func (m *mitigator) workThrough(ctx context.Context, l *list) (errs []error) {
	for _, e := range l.Patterns {
		if ctx.Err() != nil {
			return append(errs, ctx.Err())
		}
		if err := m.work(ctx, e); err != nil {
			errs = append(errs, fmt.Errorf("pattern %d: %w", e.ID, err))
		}
		if retryAfter(errors.Join(errs...)) > 0 {
			return errs
		}
	}
	return errs
}

// forget drops downloads that are no longer listed; what was applied is never forgotten.
func (m *mitigator) forget(l *list) {
	listed := map[casefile.PatternID]bool{}
	for _, e := range l.Patterns {
		listed[e.ID] = true
	}
	for id, p := range m.memory.Patterns {
		if p.Stage == downloaded && !listed[id] {
			delete(m.memory.Patterns, id)
		}
	}
}

func (m *mitigator) work(ctx context.Context, e entry) error {
	if p := m.memory.Patterns[e.ID]; p != nil && p.Stage == done && p.is(e) {
		return nil
	}
	if err := e.check(); err != nil {
		return err
	}
	switch {
	case e.Type.Custom():
		return m.custom(ctx, e)
	case e.Type == casefile.SmartScanAgent && m.words != nil:
		// The command is the updater: the version comes from the vendor's update server.
		return m.apply(ctx, e, e.Version)
	}
	// A smart scan pattern lives on its own server only: there is nothing to do here.
	return nil
}

// custom downloads a custom pattern, reports that, and applies it.
func (m *mitigator) custom(ctx context.Context, e entry) error {
	got, err := m.fetch(ctx, e)
	if errors.Is(err, errCorrupted) {
		return m.finish(e, casefile.EventFailed, got, "Unsuccessful: pattern corrupted")
	}
	if err != nil {
		return err
	}
	if p := m.memory.Patterns[e.ID]; p == nil || p.digest() != got {
		m.memory.Patterns[e.ID] = &progress{downloaded, e}
		m.note(e, casefile.EventDownloaded, got, "")
		m.result.Downloaded = append(m.result.Downloaded, e.ID)
		m.Log.Info("downloaded", "pattern", e.ID, "file", e.File.Name, "size", e.File.Size)
		if err := m.remember(); err != nil {
			return err
		}
		_ = m.send(ctx) // what was not taken is sent at the end of the pass
	}
	if m.words == nil {
		return nil
	}
	return m.apply(ctx, e, m.absolute(e.place()))
}
