package repo

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"casebook/casefile"
)

// holder is somebody whose token opens something, or did.
type holder struct {
	file, field string
	name        string
	token       casefile.Digest
	revoked     bool
	late        bool // came with the change that is judged
}

// tokens finds tokens that two hold. Of two, the one that late says is blamed, or the one that comes later;
// a token that was revoked is nobody's any more, but no change may give it to somebody else. Where late is
// nil, a whole casebook is looked at, and mitigators of one customer are left to the check of the customer.
func (v *validation) tokens(late func(file string) bool) {
	first := map[casefile.Digest]holder{}
	for _, h := range v.holders(late) {
		other, taken := first[h.token]
		switch {
		case !taken:
			first[h.token] = h
		case other.file == h.file, (other.revoked || h.revoked) && !h.late:
		case late == nil && path.Dir(other.file) == path.Dir(h.file) && path.Dir(h.file) != casefile.OperatorsDir:
		default:
			text := fmt.Sprintf("%s: %s has the same token", h.field, other.name)
			if other.revoked {
				text += ", and it was revoked"
			}
			v.say(casefile.Problem{File: h.file, Field: h.field, Rule: casefile.RuleSharedToken, Text: text})
		}
	}
}

// holders are all that hold tokens, in the order in which they are to be believed.
func (v *validation) holders(late func(file string) bool) (all []holder) {
	came := func(file string) bool { return late != nil && late(file) }
	for _, held := range v.held {
		for _, m := range held.Mitigators {
			for field, token := range m.Tokens() {
				all = append(all, holder{m.Path(), field, "mitigator " + m.Ref(), token, !m.Revoked.IsZero(), came(m.Path())})
			}
		}
	}
	for _, o := range v.operators {
		all = append(all, holder{o.Path(), "token_sha256", "operator " + string(o.Name), o.TokenSHA256, !o.Revoked.IsZero(), came(o.Path())})
	}
	rank := func(h holder) int {
		switch {
		case h.late:
			return 2
		case h.revoked:
			return 1
		}
		return 0
	}
	slices.SortFunc(all, func(a, b holder) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.file, b.file), cmp.Compare(a.field, b.field))
	})
	return all
}
