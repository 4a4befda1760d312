package serve

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// When each mitigator was heard last stands on the branch of deliveries, one line of text
// for each. It is no record: nobody writes it, and nothing depends on it.
const contactsDir = ".contacts"

// heartbeat is how often those are committed who were heard and had nothing to report.
const heartbeat = time.Hour

func contactFile(a casefile.Account, n casefile.Name) string {
	return path.Join(contactsDir, string(a), string(n))
}

// LastContact is when a mitigator was heard last, as the branch of deliveries tells; the
// zero Time if it never was.
func LastContact(deliveries *repo.Snapshot, a casefile.Account, n casefile.Name) (casefile.Time, error) {
	text, err := deliveries.Bytes(contactFile(a, n))
	if errors.Is(err, repo.ErrNotFound) {
		return casefile.Time{}, nil
	}
	if err != nil {
		return casefile.Time{}, err
	}
	at, err := casefile.ParseTime(strings.TrimSpace(string(text)))
	if err != nil {
		return at, fmt.Errorf("%s: %w", contactFile(a, n), err)
	}
	return at, nil
}

// recall takes over when each mitigator was heard before the server was started, and tells
// the latest of these times. What cannot be read was not heard.
func (p *publisher) recall(deliveries *repo.Snapshot) (latest time.Time, err error) {
	accounts, err := deliveries.List(contactsDir)
	for _, account := range accounts {
		names, err := deliveries.List(path.Join(contactsDir, account.Name))
		if err != nil {
			return latest, err
		}
		for _, name := range names {
			m := &casefile.Mitigator{Account: casefile.Account(account.Name), Name: casefile.Name(name.Name)}
			at, err := LastContact(deliveries, m.Account, m.Name)
			if err != nil || at.IsZero() {
				continue
			}
			heard(p.contacts, m).Store(at.Time().Unix())
			if at.Time().After(latest) {
				latest = at.Time()
			}
		}
	}
	return latest, err
}

// lastHeard are the times at which mitigators were heard, by the files that tell them.
func (p *publisher) lastHeard() map[string]casefile.Time {
	last := map[string]casefile.Time{}
	if now := p.current.Load(); now != nil {
		for _, v := range now.names {
			if seen := v.seen.Load(); seen != 0 {
				last[contactFile(v.of.account, v.name)] = casefile.At(time.Unix(seen, 0))
			}
		}
	}
	return last
}

// attendance is what the recorder knows of contacts.
type attendance struct {
	heard func() map[string]casefile.Time // nil where nobody is listened to
	told  map[string]casefile.Time        // what was committed
	beat  time.Time                       // when those of all were
}

// news are the contacts to be committed with these receipts: those of who reported, and
// once in a heartbeat everybody's.
func (a *attendance) news(lines []line, now time.Time) map[string]casefile.Time {
	due := now.Sub(a.beat) >= heartbeat
	if a.heard == nil || !due && len(lines) == 0 {
		return nil
	}
	reported := map[string]bool{}
	for _, l := range lines {
		reported[contactFile(l.Account, l.Mitigator)] = true
	}
	news := a.heard()
	maps.DeleteFunc(news, func(file string, at casefile.Time) bool {
		return a.told[file] == at || !due && !reported[file]
	})
	return news
}

// keep notes what was committed.
func (a *attendance) keep(news map[string]casefile.Time, now time.Time) {
	if a.told == nil {
		a.told = map[string]casefile.Time{}
	}
	maps.Copy(a.told, news)
	if len(news) > 0 && now.Sub(a.beat) >= heartbeat {
		a.beat = now
	}
}

func putContacts(tx *repo.Tx, news map[string]casefile.Time) error {
	for file, at := range news {
		if err := tx.PutText(file, []byte(at.String()+"\n")); err != nil {
			return err
		}
	}
	return nil
}
