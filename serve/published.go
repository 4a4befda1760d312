package serve

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"casebook/casefile"
	"casebook/serve/console"
)

// published is what is being served: one good commit. It never changes.
type published struct {
	commit    string
	made      time.Time // when the commit was made
	header    []string  // Casebook-Commit
	customers map[casefile.Account]*customer
	tokens    map[sum]*visitor
	names     map[string]*visitor // by ACCOUNT/NAME, for client certificates
	operators map[sum]*operator
	pages     *console.Published // the same, as the pages show it
}

// customer is what the mitigators of one customer may see, and what they may report on.
type customer struct {
	account    casefile.Account
	tree       string // git's hash of all that belongs to the customer
	list       *document
	entries    map[casefile.PatternID]*document // those on the list
	files      map[casefile.Digest]*file        // those on the list
	shown      []shown                          // what the list is made of
	mitigators map[casefile.Name]*casefile.Mitigator
	held       *casefile.Holdings // what all of it is made of
}

// visitor is a registered mitigator whose token opens its customer's data.
type visitor struct {
	sum
	name  casefile.Name
	of    *customer
	seen  *contact
	until casefile.Time // when the token ends, if it was replaced by another
}

// sum is the SHA-256 of a token.
type sum [32]byte

// contact is when a mitigator was last heard, in seconds since 1970; 0 is never; and how
// fast it asks.
type contact struct {
	atomic.Int64
	pace pace
}

// shown is an entry of the list, and the case it is for.
type shown struct {
	pattern *casefile.Pattern
	of      *casefile.Case
}

// newCustomer prepares all answers. Those that are what they were are taken over.
func newCustomer(h *casefile.Holdings, tree string, was *customer) (*customer, error) {
	c := &customer{account: h.Account, tree: tree, mitigators: h.Mitigators, held: h}
	for _, p := range h.List() {
		c.shown = append(c.shown, shown{p, h.Cases.Get(p.Target.Case)})
	}
	if was == nil {
		was = &customer{held: casefile.NewHoldings(h.Account)}
	}
	if was.list != nil && slices.Equal(c.shown, was.shown) && len(h.Patterns) == len(was.held.Patterns) {
		c.list, c.entries, c.files = was.list, was.entries, was.files
		return c, nil
	}
	c.entries, c.files = make(map[casefile.PatternID]*document, len(c.shown)), map[casefile.Digest]*file{}
	for _, e := range c.shown {
		d, err := e.document(was)
		if err != nil {
			return nil, err
		}
		c.entries[e.pattern.ID] = d
		if e.pattern.File != nil {
			c.files[e.pattern.File.SHA256] = newFile(e.pattern)
		}
	}
	body, err := encode(newList(h))
	c.list = was.list.or(body, newDocument)
	return c, err
}

// document is the answer to a request for the entry.
func (e shown) document(was *customer) (*document, error) {
	last := was.entries[e.pattern.ID]
	if last != nil && was.shows(e) {
		return last, nil
	}
	body, err := encode(newListed(e.pattern, e.of))
	return last.or(body, newSmallDocument), err
}

// shows reports whether the very same entry is on the list.
func (c *customer) shows(e shown) bool {
	at, there := slices.BinarySearchFunc(c.shown, e, func(a, b shown) int { return int(a.pattern.ID - b.pattern.ID) })
	return there && c.shown[at] == e
}

// or is the document, if the body is still the same; else a new one.
func (d *document) or(body []byte, make func([]byte) *document) *document {
	if d != nil && bytes.Equal(d.plain.body, body) {
		return d
	}
	return make(body)
}

// letIn opens each customer's data to the tokens of its mitigators. One token for two of
// them would open one customer's data to another, so it is a problem.
func (p *published) letIn(contacts map[string]*contact) casefile.Problems {
	var ps casefile.Problems
	p.tokens, p.names = map[sum]*visitor{}, map[string]*visitor{}
	for _, account := range slices.Sorted(maps.Keys(p.customers)) {
		of := p.customers[account]
		for _, name := range slices.Sorted(maps.Keys(of.mitigators)) {
			m := of.mitigators[name]
			if !m.Revoked.IsZero() {
				continue
			}
			v := visitor{name: name, of: of, seen: heard(contacts, m)}
			p.names[m.Ref()] = &visitor{name: name, of: of, seen: v.seen}
			ps = append(ps, p.open(m, "token_sha256", m.TokenSHA256, v)...)
			if m.Previous != nil {
				v.until = m.Previous.Until
				ps = append(ps, p.open(m, "previous.token_sha256", m.Previous.TokenSHA256, v)...)
			}
		}
	}
	return ps
}

// open lets a mitigator in with one of its tokens.
func (p *published) open(m *casefile.Mitigator, field string, token casefile.Digest, v visitor) casefile.Problems {
	if n, err := hex.Decode(v.sum[:], []byte(token)); err != nil || n != len(v.sum) {
		return nil // casefile let no such digest through
	}
	if other, taken := p.tokens[v.sum]; taken {
		return casefile.Problems{{File: m.Path(), Field: field, Rule: casefile.RuleSharedToken,
			Text: fmt.Sprintf("%s: mitigator %s/%s has the same token", field, other.of.account, other.name),
			Hint: fmt.Sprintf("casebook mitigator rotate %s %s", m.Account, m.Name)}}
	}
	p.tokens[v.sum] = &v
	return nil
}

// ref is the mitigator in full, as in acme/tm-01.
func (v *visitor) ref() string { return v.of.mitigators[v.name].Ref() }

// heard is when a mitigator that may come in was heard last, by ACCOUNT/NAME.
func (p *published) heard(ref string) (at time.Time, ever bool) {
	v := p.names[ref]
	if v == nil {
		return at, false
	}
	seen := v.seen.Load()
	return time.Unix(seen, 0), seen != 0
}

// heard is the mitigator's contact, which outlives what is published.
func heard(contacts map[string]*contact, m *casefile.Mitigator) *contact {
	key := m.Path()
	if contacts[key] == nil {
		contacts[key] = &contact{}
	}
	return contacts[key]
}
