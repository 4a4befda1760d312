package console

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"casebook/casefile"
)

// day is a number of days after the first of the tests' days.
func day(n int) casefile.Time {
	return casefile.At(time.Date(2026, 1, 5, 9, 12, 0, 0, time.UTC).AddDate(0, 0, n))
}

func digestOf(s string) casefile.Digest {
	sum := sha256.Sum256([]byte(s))
	return casefile.Digest(hex.EncodeToString(sum[:]))
}
