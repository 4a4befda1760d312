package serve

import (
	"context"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/serve/mitigator"
)

// A mitigator that polls every ten minutes has a pattern as soon as it is published, for
// its poll is held.
func TestANewPatternIsWithAWaitingMitigatorAtOnce(t *testing.T) {
	b := newBook(t)
	of := b.receive("acme", "ws-017")
	s := b.run(Config{Batch: 20 * time.Millisecond, Tick: 50 * time.Millisecond})
	defer s.stop()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- mitigator.Run(ctx, mitigator.Config{Servers: []string{"http://127.0.0.1:1", s.listen}, Token: acmeToken, Dir: t.TempDir(), Wait: 55 * time.Second})
	}()
	for range 3 {
		p := b.upload(of, "lpt$vpn.123", "bytes "+time.Now().String())
		until(t, "the pattern is downloaded", func() bool {
			branch, err := b.repo.Deliveries()
			if err != nil {
				return false
			}
			defer branch.Close()
			had, err := branch.DeliveriesOf(p.Ref())
			return err == nil && p.Status(had) == casefile.Downloaded
		})
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
