package console_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
	"casebook/serve"
)

// today is when the scene is looked at: every time in it is told from here, so that
// pictures of it stay the same.
var today = time.Date(2026, 11, 24, 10, 5, 0, 0, time.UTC)

const day = 24 * time.Hour

// need skips the test where program is missing, unless the run promises that nothing is.
func need(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		missing(t, program+" is not installed")
	}
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CASEBOOK_REQUIRE") == "all" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// scene is a casebook that things happen in, and its server.
type scene struct {
	testing.TB
	dir             string
	repo            *repo.Repo
	began           time.Time // when the scene became today
	by              *repo.Signature
	listen, console string
	stop            func() // the server
}

var (
	jane = &repo.Signature{Name: "Jane Doe", Email: "jane@acme.example"}
	ola  = &repo.Signature{Name: "Ola Nordmann", Email: "ola@acme.example"}
)

// newScene is a casebook without customers.
func newScene(t testing.TB) *scene {
	t.Helper()
	dir := t.TempDir()
	r, err := repo.Init(dir, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{TB: t, dir: dir, repo: r, began: time.Now(), by: jane}
	s.put(400*day, "init", &casefile.Book{Format: casefile.Format, Branch: "main"})
	return s
}

// now goes on from today as the real clock does.
func (s *scene) now() time.Time { return today.Add(time.Since(s.began)).Truncate(time.Second) }

// change makes one commit as of so long ago.
func (s *scene) change(ago time.Duration, m repo.Message, do func(*repo.Tx) error) {
	s.Helper()
	how := repo.How{Now: s.now().Add(-ago), By: s.by}
	if _, err := s.repo.Change(s.Context(), how, func(tx *repo.Tx) (repo.Message, error) { return m, do(tx) }); err != nil {
		s.Fatalf("%s: %v", m.Subject, err)
	}
}

func (s *scene) put(ago time.Duration, verb string, recs ...casefile.Record) {
	s.Helper()
	s.change(ago, repo.Message{Subject: verb, Verb: verb}, func(tx *repo.Tx) error { return tx.Put(recs...) })
}

func digestOf(text string) casefile.Digest {
	sum := sha256.Sum256([]byte(text))
	return casefile.Digest(hex.EncodeToString(sum[:]))
}

// customer adds a customer and its mitigators; a mitigator's token is its account and name.
func (s *scene) customer(ago time.Duration, account casefile.Account, company string, mitigators ...casefile.Name) {
	s.Helper()
	s.put(ago, "customer add", &casefile.Customer{Account: account, Company: company, Contacts: []string{"Jane Doe <jane@acme.example>"}})
	for _, name := range mitigators {
		token := digestOf(tokenOf(account, name))
		s.put(ago, "mitigator add", &casefile.Mitigator{Account: account, Name: name, TokenSHA256: token, Added: casefile.At(s.now().Add(-ago))})
	}
}

func tokenOf(account casefile.Account, name casefile.Name) string {
	return string(account) + "/" + string(name)
}

// fileName takes from a text what may not stand in a file's name.
var fileName = strings.NewReplacer("/", "", "\\", "", ":", "", "*", "", "?", "", "\"", "", "<", "", ">", "", "|", "")

// receive opens a case.
func (s *scene) receive(ago time.Duration, account casefile.Account, endpoint string, from casefile.Name) *casefile.Case {
	s.Helper()
	var c *casefile.Case
	s.change(ago, repo.Message{Subject: "case receive: " + endpoint, Verb: "receive"}, func(tx *repo.Tx) (err error) {
		c, err = received(tx, account, endpoint, from)
		return err
	})
	return c
}

// receiveMany opens cases of ws-100, ws-101 and so on, all at once.
func (s *scene) receiveMany(ago time.Duration, account casefile.Account, from casefile.Name, many int) {
	s.Helper()
	s.change(ago, repo.Message{Subject: "case receive", Verb: "receive"}, func(tx *repo.Tx) error {
		for i := range many {
			if _, err := received(tx, account, fmt.Sprintf("ws-%d", 100+i), from); err != nil {
				return err
			}
		}
		return nil
	})
}

func received(tx *repo.Tx, account casefile.Account, endpoint string, from casefile.Name) (*casefile.Case, error) {
	key, err := tx.FreeKey(account, endpoint)
	if err != nil {
		return nil, err
	}
	size := int64(12_000 + len(endpoint)*37_411)
	data := casefile.Forensics{File: fileName.Replace(endpoint) + ".zip", Size: size, SHA256: digestOf(string(key))}
	c := casefile.CaseRef{Account: account, Key: key}.Receive(endpoint, from, data, tx.Now())
	return c, tx.Put(c)
}

// step does a verb that changes a case, and no entry of it.
func (s *scene) step(ago time.Duration, c *casefile.Case, verb string, do func(*repo.Tx) error) {
	s.Helper()
	m := repo.Message{Subject: fmt.Sprintf("case %s %s", verb, c.Ref()), Verb: verb, Case: c.Ref()}
	s.change(ago, m, func(tx *repo.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return tx.Put(c)
	})
}

func (s *scene) download(ago time.Duration, c *casefile.Case) {
	s.Helper()
	s.step(ago, c, "download", func(*repo.Tx) error { return c.Download() })
}

func (s *scene) identify(ago time.Duration, c *casefile.Case, id string) {
	s.Helper()
	s.step(ago, c, "identify", func(tx *repo.Tx) error { return c.Identify(id, tx.Now()) })
}

func (s *scene) close(ago time.Duration, c *casefile.Case, reason string, of ...*casefile.Pattern) {
	s.Helper()
	s.step(ago, c, "close", func(tx *repo.Tx) error { return c.Close(of, reason, tx.Stamp()) })
}

// entry makes the next entry of a case; content is the pattern file, "" for none.
func (s *scene) entry(ago time.Duration, c *casefile.Case, verb, content string, do func(casefile.PatternID, casefile.Stamp) (*casefile.Pattern, error)) *casefile.Pattern {
	s.Helper()
	var p *casefile.Pattern
	s.change(ago, repo.Message{Subject: fmt.Sprintf("pattern %s %s", verb, c.Ref()), Verb: verb, Case: c.Ref()}, func(tx *repo.Tx) error {
		id, err := tx.NextPattern(c.Account)
		if err != nil {
			return err
		}
		if p, err = do(id, tx.Stamp()); err != nil {
			return err
		}
		if content != "" {
			blob, err := s.repo.Take(s.Context(), strings.NewReader(content), int64(len(content)), nil)
			if err != nil {
				return err
			}
			s.Cleanup(func() { blob.Close() })
			if err := tx.PutBlob(p.FilePath(), blob); err != nil {
				return err
			}
		}
		return tx.Put(p, c)
	})
	return p
}

func (s *scene) upload(ago time.Duration, c *casefile.Case, kind casefile.Type, file, version, description string) *casefile.Pattern {
	s.Helper()
	content := "the bytes of " + file + " " + version
	return s.entry(ago, c, "upload", content, func(id casefile.PatternID, by casefile.Stamp) (*casefile.Pattern, error) {
		return c.Upload(id, kind, version, description, casefile.File{Name: file, Size: int64(len(content)), SHA256: digestOf(content)}, by)
	})
}

func (s *scene) specify(ago time.Duration, c *casefile.Case, kind casefile.Type, version, description string) *casefile.Pattern {
	s.Helper()
	return s.entry(ago, c, "specify", "", func(id casefile.PatternID, by casefile.Stamp) (*casefile.Pattern, error) {
		return c.Specify(id, kind, version, description, by)
	})
}

func (s *scene) none(ago time.Duration, c *casefile.Case, description string) *casefile.Pattern {
	s.Helper()
	return s.entry(ago, c, "none", "", func(id casefile.PatternID, by casefile.Stamp) (*casefile.Pattern, error) {
		return c.None(id, description, by)
	})
}

// settle does a verb on an entry: resolve or withdraw.
func (s *scene) settle(ago time.Duration, c *casefile.Case, p *casefile.Pattern, verb string, do func(casefile.Stamp) error) {
	s.Helper()
	m := repo.Message{Subject: fmt.Sprintf("pattern %s %s", verb, p.Ref()), Verb: verb, Case: c.Ref(), Pattern: p.Ref()}
	s.change(ago, m, func(tx *repo.Tx) error {
		if err := do(tx.Stamp()); err != nil {
			return err
		}
		return tx.Put(p, c)
	})
}

func (s *scene) resolve(ago time.Duration, c *casefile.Case, p *casefile.Pattern) {
	s.Helper()
	s.settle(ago, c, p, "resolve", func(by casefile.Stamp) error { return c.Resolve(p, by) })
}

func (s *scene) withdraw(ago time.Duration, c *casefile.Case, p *casefile.Pattern, reason string) {
	s.Helper()
	s.settle(ago, c, p, "withdraw", func(by casefile.Stamp) error { return c.Withdraw(p, reason, by) })
}

// serve serves the scene on ports that the kernel chooses, until the test ends or stops it;
// and then again on the same.
func (s *scene) serve() {
	s.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	up, ended := make(chan bool, 1), make(chan error, 1)
	c := serve.Config{Dir: s.dir, Listen: cmp.Or(strings.TrimPrefix(s.listen, "http://"), "127.0.0.1:0"), Console: cmp.Or(strings.TrimPrefix(s.console, "http://"), "127.0.0.1:0"), Batch: 50 * time.Millisecond, Drain: time.Second, Now: s.now,
		Getenv: func(string) string { return "" }}
	go func() {
		ended <- serve.Run(ctx, c, func(listen, console net.Addr) {
			s.listen, s.console = "http://"+listen.String(), "http://"+console.String()
			up <- true
		})
	}()
	select {
	case <-up:
		s.stop = sync.OnceFunc(func() {
			cancel()
			if err := <-ended; err != nil {
				s.Error(err)
			}
		})
		s.Cleanup(s.stop)
	case err := <-ended:
		cancel()
		s.Fatal(err)
	}
}

// report hands in what a mitigator did with an entry.
func (s *scene) report(p *casefile.Pattern, by casefile.Name, event casefile.Event, endpoint, result string) {
	s.Helper()
	r := map[string]any{"event": event}
	if p.File != nil {
		r["sha256"] = p.File.SHA256
	} else {
		r["version"] = p.Version
	}
	if event != casefile.EventDownloaded {
		r["endpoint"], r["result"] = endpoint, result
	}
	body, err := json.Marshal(r)
	if err != nil {
		s.Fatal(err)
	}
	s.within("the receipt is taken", func() bool {
		q, _ := http.NewRequestWithContext(s.Context(), http.MethodPost, fmt.Sprintf("%s/v1/patterns/%d/receipts", s.listen, p.ID), bytes.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+tokenOf(p.Account, by))
		q.Header.Set("Content-Type", "application/json")
		a, err := http.DefaultClient.Do(q)
		if err != nil {
			s.Fatal(err)
		}
		defer a.Body.Close()
		return a.StatusCode/100 == 2 // until the server has seen the entry
	})
}

// within waits for something to come true.
func (s *scene) within(what string, so func() bool) {
	s.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if so() {
			return
		}
		if time.Now().After(end) {
			s.Fatal("this did not happen: " + what)
		}
	}
}
