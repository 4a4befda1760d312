package serve

import (
	"context"
	"errors"
	"syscall"

	"casebook/repo"
)

// unable is the problem that an error of the casebook, the state folder or the machine shows to the client;
// nil is one of our own. What passes by itself or is cured by people is worth another try, and says so.
func unable(err error) *Problem {
	var uncommitted *repo.Uncommitted
	var system syscall.Errno
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &storageFull
	case errors.As(err, &uncommitted):
		return busy.because("somebody has uncommitted work in the casebook")
	}
	for _, passing := range []error{repo.ErrBusy, repo.ErrLostRace, repo.ErrUnfinished, repo.ErrUnmerged, repo.ErrDetached, ErrServing, context.DeadlineExceeded} {
		if errors.Is(err, passing) {
			return &busy
		}
	}
	if errors.As(err, &system) || errors.Is(err, repo.ErrNoCasebook) || errors.Is(err, repo.ErrNotFound) {
		return busy.because("the casebook cannot be reached on this server")
	}
	return nil
}
