package casefile

import "fmt"

// Format is the only format of a casebook that this program reads and writes.
const Format = 1

// Book is casebook.yaml: what kind of casebook this is.
type Book struct {
	Format     int        `json:"format"`
	Branch     string     `json:"branch"`
	Signatures Signatures `json:"signatures"`
}

func (b *Book) fields() []field {
	return []field{
		count("format", "the format of the casebook; 1", &b.Format).need(),
		line("branch", "the branch that serve publishes", &b.Branch).need(),
		word("signatures", "whether every commit must carry an allowed signature", &b.Signatures,
			[]Signatures{SignaturesOptional, SignaturesRequired}),
	}
}

func (b *Book) check() []flaw {
	if b.Format > Format {
		return []flaw{{"format", "", RuleBadValue, fmt.Sprintf("%d is newer than this program knows (%d)", b.Format, Format), "update casebook"}}
	}
	return nil
}

// Customer is an organisation whose mitigators hand in cases.
type Customer struct {
	Account  Account  `json:"account"` // from the path
	Company  string   `json:"company"`
	Contacts []string `json:"contacts,omitempty"`
}

func (c *Customer) fields() []field {
	return []field{
		line("company", "the company's name", &c.Company).need(),
		several("contacts", "people to talk to: name and e-mail address", &c.Contacts,
			func(s *string) field { return line("", "a person: name and e-mail address", s) }),
	}
}

func (*Customer) check() []flaw { return nil }

// Mitigator is a registered Threat Mitigator of one customer.
type Mitigator struct {
	Account     Account `json:"account"`            // from the path
	Name        Name    `json:"name"`               // from the path
	TokenSHA256 Digest  `json:"token_sha256"`       // the token itself is printed once and kept nowhere
	Previous    *Token  `json:"previous,omitempty"` // the token before, where the two overlap
	Added       Time    `json:"added"`
	Revoked     Time    `json:"revoked,omitzero"` // zero while the token opens anything
}

// Token is a token that was replaced, and still opens what it opened until it ends.
type Token struct {
	TokenSHA256 Digest `json:"token_sha256"`
	Until       Time   `json:"until"`
}

func (m *Mitigator) fields() []field {
	return []field{
		digest("token_sha256", "SHA-256 of the mitigator's token", &m.TokenSHA256).need(),
		maybe("previous", "the token before, for as long as it is still good", &m.Previous, (*Token).fields),
		when("added", "when it was registered, in UTC", &m.Added).need(),
		when("revoked", "when its token was revoked, in UTC", &m.Revoked),
	}
}

func (t *Token) fields() []field {
	return []field{
		digest("token_sha256", "SHA-256 of the token before", &t.TokenSHA256).need(),
		when("until", "when that token ends, in UTC", &t.Until).need(),
	}
}

func (m *Mitigator) check() []flaw {
	if m.Previous != nil && m.Previous.TokenSHA256 == m.TokenSHA256 {
		return []flaw{{"previous.token_sha256", "token_sha256", RuleContradiction, "is the token itself", "leave previous out"}}
	}
	return nil
}

// Tokens are the digests of the mitigator's tokens, by the fields that hold them.
func (m *Mitigator) Tokens() map[string]Digest {
	tokens := map[string]Digest{"token_sha256": m.TokenSHA256}
	if m.Previous != nil {
		tokens["previous.token_sha256"] = m.Previous.TokenSHA256
	}
	return tokens
}

// Rotate gives the mitigator a new token. The old one ends at once, or where until is given
// then; a token that had been revoked stays so.
func (m *Mitigator) Rotate(token Digest, until Time) {
	m.Previous = nil
	if m.Revoked.IsZero() && !until.IsZero() {
		m.Previous = &Token{m.TokenSHA256, until}
	}
	m.TokenSHA256, m.Revoked = token, Time{}
}

// Operator is a person who may fetch forensic data from the server.
type Operator struct {
	Name        Name      `json:"name"` // from the path
	TokenSHA256 Digest    `json:"token_sha256"`
	Added       Time      `json:"added"`
	Revoked     Time      `json:"revoked,omitzero"`
	Customers   []Account `json:"customers,omitempty"` // none named: every customer
}

func (o *Operator) fields() []field {
	return []field{
		digest("token_sha256", "SHA-256 of the operator's token", &o.TokenSHA256).need(),
		when("added", "when the operator was added, in UTC", &o.Added).need(),
		when("revoked", "when the token was revoked, in UTC", &o.Revoked),
		several("customers", "the accounts whose forensic data the operator may fetch; every one where absent", &o.Customers,
			func(a *Account) field { return name("", "an account", a, ParseAccount) }),
	}
}

func (*Operator) check() []flaw { return nil }

// Ref is the mitigator in full, as in acme/tm-01.
func (m *Mitigator) Ref() string { return string(m.Account) + "/" + string(m.Name) }
