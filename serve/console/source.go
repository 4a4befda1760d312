package console

import (
	"log/slog"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// Source is where the pages take from what they show; each function answers what is so now.
type Source struct {
	Repo      *repo.Repo
	Now       func() time.Time
	Published func() *Published // nil before the first good commit
	Standing  func() Standing
	Attending func() Attendance      // it takes longer: each poll that is held is looked at
	Changed   func() <-chan struct{} // closed when what is published, where it stands, or the deliveries are other ones
	Ended     <-chan struct{}        // closed when the server stops
	Log       *slog.Logger
}

// Published is the commit that is shown. It never changes, and a customer of whom nothing
// changed keeps its holdings from one commit to the next.
type Published struct {
	Commit    string
	Made      time.Time // when the commit was made
	Customers map[casefile.Account]*casefile.Holdings
}

// Standing is what is known beside the commit.
type Standing struct {
	Serving  bool // mitigators are answered; else these are the pages alone
	Branch   string
	LookedAt time.Time
	Trouble  string   // why the branch could not be looked at
	Refused  *Refused // the branch's tip, if it is not good
	Rewound  *Rewound // the last time the branch was moved by force
}

// Attendance is what is known of the mitigators at this moment.
type Attendance struct {
	Waiting map[string]int       // polls that are held, by mitigator as ACCOUNT/NAME
	Heard   map[string]time.Time // last contact, likewise
	Pending int                  // receipts answered and not yet committed
}

// Refused is a commit that is not published, and why.
type Refused struct {
	Commit   string
	Problems casefile.Problems
}

// Rewound is a branch that was moved by force.
type Rewound struct {
	From, To string
	At       time.Time
}
