package casefile

import (
	"testing"
	"time"
)

func TestATokenIsReplaced(t *testing.T) {
	const fresh = Digest("0000000000000000000000000000000000000000000000000000000000000000")
	until := At(testNow.Time().Add(time.Hour))
	for name, c := range map[string]struct {
		revoked, until Time
		want           *Token
	}{
		"at once":                      {Time{}, Time{}, nil},
		"with an overlap":              {Time{}, until, &Token{digestOf, until}},
		"but a revoked one stays dead": {testNow, until, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := &Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf, Added: testNow, Revoked: c.revoked}
			m.Rotate(fresh, c.until)
			same(t, m, &Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: fresh, Previous: c.want, Added: testNow})
			same(t, mustRead(t, m.Path(), Write(m)), m)
			again := *m
			again.Rotate(digestOf, Time{})
			if again.Previous != nil {
				t.Error("a rotation without an overlap left an older token good")
			}
		})
	}
}

func TestTheTokenBeforeIsAnotherOne(t *testing.T) {
	m := &Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf, Previous: &Token{digestOf, testNow}, Added: testNow}
	if ps := Validate(m); len(ps) != 1 || ps[0].Rule != RuleContradiction {
		t.Errorf("problems %v", ps)
	}
}

func TestATokenBeforeIsNobodyElsesEither(t *testing.T) {
	h := NewHoldings("acme")
	h.Add(&Customer{Account: "acme", Company: "Acme"})
	h.Add(&Mitigator{Account: "acme", Name: "tm-01", TokenSHA256: digestOf, Added: testNow})
	m := &Mitigator{Account: "acme", Name: "tm-02", TokenSHA256: digestOf, Added: testNow}
	m.Rotate(Digest("0000000000000000000000000000000000000000000000000000000000000000"), testNow)
	h.Add(m)
	if ps := h.Check(); len(ps) != 1 || ps[0].Rule != RuleSharedToken || ps[0].Field != "previous.token_sha256" {
		t.Errorf("problems %v", ps)
	}
}
