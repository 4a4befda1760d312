package repo

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"casebook/casefile"
)

// holder is somebody whose token opens something.
type holder struct {
	file  string
	name  string
	token casefile.Digest
	late  bool // came with the change that is judged
}

// tokens finds tokens that two hold who are not mitigators of one customer: those it leaves to the check of
// the customer. Of two, the one that late says is blamed, or the one that comes later.
func (v *validation) tokens(late func(file string) bool) {
	var holders []holder
	for _, held := range v.held {
		for _, m := range held.Mitigators {
			if m.Revoked.IsZero() {
				holders = append(holders, holder{m.Path(), "mitigator " + m.Ref(), m.TokenSHA256, late(m.Path())})
			}
		}
	}
	for _, o := range v.operators {
		if o.Revoked.IsZero() {
			holders = append(holders, holder{o.Path(), "operator " + string(o.Name), o.TokenSHA256, late(o.Path())})
		}
	}
	slices.SortFunc(holders, func(a, b holder) int {
		if a.late != b.late {
			return map[bool]int{true: 1, false: -1}[a.late]
		}
		return cmp.Compare(a.file, b.file)
	})
	first := map[casefile.Digest]holder{}
	for _, h := range holders {
		other, taken := first[h.token]
		if !taken {
			first[h.token] = h
		} else if path.Dir(other.file) != path.Dir(h.file) || path.Dir(h.file) == casefile.OperatorsDir {
			v.say(casefile.Problem{File: h.file, Field: "token_sha256", Rule: casefile.RuleSharedToken,
				Text: fmt.Sprintf("token_sha256: %s has the same token", other.name)})
		}
	}
}
