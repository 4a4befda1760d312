package cmd

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
	"casebook/serve"
)

func (a *app) mitigatorCommand() *cli.Command {
	return &cli.Command{
		Name: "mitigator", Usage: "the Threat Mitigators that may pull patterns",
		Subcommands: []*cli.Command{
			{
				Name: "add", ArgsUsage: "ACCOUNT NAME", Usage: "register a Threat Mitigator and print its token, once",
				Description: "casebook mitigator add acme tm-01 >tm-01.token",
				Flags:       writes(), Action: a.withToken(mitigatorAdd),
			},
			{
				Name: "rotate", ArgsUsage: "ACCOUNT NAME", Usage: "give it a new token, and print that once; the old one ends, at once or after --overlap",
				Description: "casebook mitigator rotate acme tm-01 --overlap 24h >tm-01.token",
				Flags:       writes(&cli.DurationFlag{Name: "overlap", Usage: "let the old token be good for `TIME` more"}), Action: a.withToken(mitigatorRotate),
			},
			{
				Name: "revoke", ArgsUsage: "ACCOUNT NAME", Usage: "end its token; custom patterns are no longer handed to it",
				Description: "casebook mitigator revoke acme tm-01",
				Flags:       writes(), Action: a.change(mitigatorRevoke),
			},
			{
				Name: "list", ArgsUsage: "[ACCOUNT]", Usage: "list the registered mitigators",
				Description: "casebook mitigator list acme",
				Flags:       reads(), Action: a.read(mitigatorList),
			},
		},
	}
}

// withToken is a change that gives out a token. The token is the one result on stdout, so
// that it can be sent into a file; what changed is talk.
func (a *app) withToken(do func(*call, *repo.Tx, casefile.Digest) (repo.Message, error)) cli.ActionFunc {
	return a.verb(func(c *call) error {
		token, digest := newToken()
		out := c.Stdout
		c.Stdout = c.Stderr
		err := c.commit(func(c *call, tx *repo.Tx) (repo.Message, error) { return do(c, tx, digest) })
		c.Stdout = out
		if err != nil || c.Bool("dry-run") {
			return err
		}
		c.talk("the token follows; it is shown once and kept nowhere")
		_, err = fmt.Fprintln(c.Stdout, token)
		return err
	})
}

// newToken is 256 random bits. The prefix keeps a token from looking like a flag, and lets
// scanners for leaked secrets know one.
func newToken() (token string, digest casefile.Digest) {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // never fails: crypto/rand ends the program instead
	token = "casebook-" + base64.RawURLEncoding.EncodeToString(bits[:])
	sum := sha256.Sum256([]byte(token))
	return token, casefile.Digest(hex.EncodeToString(sum[:]))
}

// mitigator is the record that the two arguments name; found says whether it is there.
func (c *call) mitigator(s *repo.Snapshot) (m *casefile.Mitigator, found bool, err error) {
	account, err := c.account(s, 0)
	if err != nil {
		return nil, false, err
	}
	name, err := casefile.ParseName(c.arg(1))
	if err != nil {
		return nil, false, usage(err.Error())
	}
	m = &casefile.Mitigator{Account: account, Name: name}
	if found, err = s.Has(m); err != nil || !found {
		return m, false, err
	}
	return m, true, s.Get(m)
}

// registered is the mitigator that the two arguments name, which has to be there.
func (c *call) registered(s *repo.Snapshot) (*casefile.Mitigator, error) {
	m, found, err := c.mitigator(s)
	if err == nil && !found {
		err = failed(fmt.Sprintf("mitigator %s is not registered with %s", m.Name, m.Account), fmt.Sprintf("casebook mitigator list %s", m.Account))
	}
	return m, err
}

func mitigatorAdd(c *call, tx *repo.Tx, token casefile.Digest) (repo.Message, error) {
	m, found, err := c.mitigator(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	if found {
		return repo.Message{}, refused(fmt.Sprintf("mitigator %s is registered with %s already", m.Name, m.Account), fmt.Sprintf("casebook mitigator rotate %s %s", m.Account, m.Name))
	}
	m.TokenSHA256, m.Added = token, tx.Now()
	return c.message(m.Ref(), ""), tx.Put(m)
}

func mitigatorRotate(c *call, tx *repo.Tx, token casefile.Digest) (repo.Message, error) {
	m, err := c.registered(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	overlap := c.Duration("overlap")
	if overlap < 0 {
		return repo.Message{}, usage("--overlap: a time that has passed already")
	}
	var until casefile.Time
	if overlap > 0 {
		until = casefile.At(tx.Now().Time().Add(overlap))
	}
	m.Rotate(token, until)
	return c.message(m.Ref(), ""), tx.Put(m)
}

func mitigatorRevoke(c *call, tx *repo.Tx) (repo.Message, error) {
	m, err := c.registered(tx.Snapshot)
	if err != nil {
		return repo.Message{}, err
	}
	if !m.Revoked.IsZero() {
		return repo.Message{}, refused(fmt.Sprintf("mitigator %s was revoked at %s", m.Ref(), m.Revoked))
	}
	m.Revoked = tx.Now()
	return c.message(m.Ref(), ""), tx.Put(m)
}

// mitigatorView is a mitigator, and when it was heard last.
type mitigatorView struct {
	*casefile.Mitigator
	LastContact casefile.Time `json:"last_contact,omitzero"`
}

func mitigatorList(c *call, s *repo.Snapshot) error {
	accounts, err := c.accounts(s, 0)
	if err != nil {
		return err
	}
	observed, err := c.book.Deliveries()
	if err != nil {
		return err
	}
	defer observed.Close()
	all := []*mitigatorView{}
	t := table{titles: []string{"MITIGATION SERVER", "ADDED", "LAST CONTACT", "TOKEN"}, empty: "no mitigators yet: casebook mitigator add ACCOUNT NAME"}
	for _, account := range accounts {
		of, err := s.Mitigators(account)
		if err != nil {
			return err
		}
		for _, m := range of {
			at, err := serve.LastContact(observed, m.Account, m.Name)
			if err != nil {
				return err
			}
			all = append(all, &mitigatorView{m, at})
		}
	}
	for _, m := range all {
		token := "valid"
		if m.Previous != nil {
			token = "valid, the one before until " + m.Previous.Until.String()
		}
		if !m.Revoked.IsZero() {
			token = "revoked " + m.Revoked.String()
		}
		t.rows = append(t.rows, []string{m.Ref(), m.Added.String(), cmp.Or(m.LastContact.String(), "never"), token})
	}
	return c.print(all, t)
}
