package serve

import (
	"testing"

	"casebook/casefile"
)

func TestContentDigest(t *testing.T) {
	d := digestOf("x")
	right := reprDigest(d)
	for _, c := range []struct {
		fields []string
		want   casefile.Digest
		wrong  bool
	}{
		{nil, "", false},
		{[]string{right}, d, false},
		{[]string{"sha-512=:AAAA:, " + right}, d, false},
		{[]string{"sha-512=:AAAA:", right}, d, false},
		{[]string{right + ";a=1"}, d, false},
		{[]string{"sha-512=:AAAA:"}, "", false},
		{[]string{""}, "", true},
		{[]string{right + ","}, "", true},
		{[]string{"sha-256"}, "", true},
		{[]string{"sha-256=AAAA"}, "", true},
		{[]string{"sha-256=:AAAA"}, "", true},
		{[]string{"sha-256=:AAAA:"}, "", true},
		{[]string{"sha-256=:!:"}, "", true},
		{[]string{right + "x"}, "", true},
		{[]string{"SHA-256" + right[7:]}, "", true},
	} {
		if got, err := contentDigest(c.fields); got != c.want || (err != nil) != c.wrong {
			t.Errorf("%q: %q %v", c.fields, got, err)
		}
	}
}
