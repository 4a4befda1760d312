package repo

import (
	"context"
	"slices"
	"testing"
	"time"

	"casebook/casefile"
)

// Page after page is the whole history backwards.
func TestRecentPagesAreTheHistoryBackwards(t *testing.T) {
	b := newBook(t)
	first := b.receive("ws-017")
	p := b.upload(first, "lpt$vpn.123", "bytes")
	b.receive("ws-018")
	b.report(p, 5, casefile.EventDownloaded)
	b.report(p, 6, casefile.EventApplied)
	b.close(first, "it is gone")
	s := must(b.Snapshot(""))
	defer s.Close()
	for _, ref := range []string{"", "acme", first.String(), "acme/1"} {
		about := must(s.FindSubject(ref))
		whole := b.history(ref)
		slices.Reverse(whole)
		for _, n := range []int{1, 2, 3, 100} {
			var paged []Event
			for skip, more := 0, true; more; skip += n {
				var events []Event
				var err error
				if events, more, err = s.Recent(context.Background(), about, time.Time{}, skip, n); err != nil {
					t.Fatal(err)
				}
				paged = append(paged, events...)
			}
			expect(t, "the pages about "+ref, told(paged), told(whole))
		}
	}
	if events, more, err := s.Recent(context.Background(), Subject{}, time.Time{}, 1000, 10); len(events) > 0 || more || err != nil {
		t.Errorf("after the end there are %d events, more %v, %v", len(events), more, err)
	}
}
