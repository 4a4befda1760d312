package serve

import (
	"testing"
	"time"
)

func TestWhenTheNextBytesOfABodyMustCome(t *testing.T) {
	begun := today.Time()
	for _, c := range []struct {
		name       string
		after, due time.Duration
		got        int64
	}{
		{"at first", 0, answerTime, 0},
		{"a trickle, which gains next to nothing", 29 * time.Second, answerTime, 10},
		{"slow, but moving", 40 * time.Second, 40*time.Second + answerTime, 200 << 10},
		{"a flood does not buy hours", 10 * time.Second, 10*time.Second + answerTime, 1 << 30},
	} {
		u := &upload{begun: begun, got: c.got}
		if got := u.deadline(begun.Add(c.after)).Sub(begun); got != c.due {
			t.Errorf("%s: %v after the beginning, want %v", c.name, got, c.due)
		}
	}
}
