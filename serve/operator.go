package serve

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"

	"casebook/casefile"
)

// operator is a person whose token opens forensic data.
type operator struct {
	name      casefile.Name
	customers []casefile.Account
	pace      pace
}

// letOperatorsIn takes the operators whose tokens are valid. A token that two hold would
// not tell who fetched evidence, so it is a problem.
func (p *published) letOperatorsIn(operators []*casefile.Operator) casefile.Problems {
	var ps casefile.Problems
	p.operators = map[sum]*operator{}
	for _, o := range operators {
		var token sum
		if n, err := hex.Decode(token[:], []byte(o.TokenSHA256)); err != nil || n != len(token) || !o.Revoked.IsZero() {
			continue
		}
		if holder := p.heldBy(token); holder != "" {
			ps = append(ps, casefile.Problem{File: o.Path(), Field: "token_sha256", Rule: casefile.RuleSharedToken,
				Text: fmt.Sprintf("token_sha256: %s has the same token", holder),
				Hint: fmt.Sprintf("casebook operator rotate %s", o.Name)})
			continue
		}
		p.operators[token] = &operator{name: o.Name, customers: p.allowed(o)}
	}
	return ps
}

// heldBy says whose token it is already, if somebody's.
func (p *published) heldBy(token sum) string {
	if o := p.operators[token]; o != nil {
		return "operator " + string(o.name)
	}
	if v := p.tokens[token]; v != nil {
		return fmt.Sprintf("mitigator %s/%s", v.of.account, v.name)
	}
	return ""
}

// allowed are the customers whose forensic data the operator may fetch, in order; an
// operator for whom none is named may fetch that of all.
func (p *published) allowed(o *casefile.Operator) []casefile.Account {
	accounts := slices.Clone(o.Customers)
	if len(accounts) == 0 {
		for account := range p.customers {
			accounts = append(accounts, account)
		}
	}
	slices.Sort(accounts)
	return slices.Compact(accounts)
}

// operator is the one a request comes from, or nil. The map is asked with a hash that
// nobody can steer.
func (p *published) operator(r *http.Request) *operator {
	name, token, named := credentials(r)
	given, ok := sumOf(token)
	o := p.operators[given]
	if !ok || o == nil || named && string(o.name) != name {
		return nil
	}
	return o
}
