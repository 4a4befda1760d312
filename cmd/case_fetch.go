package cmd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"casebook/casefile"
	"casebook/repo"
)

// fetchFlags say where case download gets forensic data from, if not from the state
// folder here.
func fetchFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "server", Usage: "fetch it from the casebook server at `URL`, which records the download"},
		&cli.StringFlag{Name: "token-file", Usage: "with --server: a `FILE` with the token that operator add printed"},
		&cli.StringFlag{Name: "ca", Usage: "with --server: believe only the authorities in this PEM `FILE`"},
	}
}

// caseDownload works in a casebook, or with --server anywhere.
func (a *app) caseDownload() cli.ActionFunc {
	here := a.verb(caseDownload)
	return func(ctx *cli.Context) error {
		for _, name := range []string{"token-file", "ca"} {
			if ctx.String("server") == "" && ctx.String(name) != "" {
				return usage(dashed(name) + " needs --server")
			}
		}
		if ctx.String("server") == "" {
			return here(ctx)
		}
		return caseFetch(&call{app: a, Context: ctx})
	}
}

// evidence is forensic data as a server tells of it.
type evidence struct {
	name   string
	size   int64
	sha256 casefile.Digest
}

// caseFetch asks before it fetches: a server records a download that it has sent, so
// nothing may be in the way of saving it.
func caseFetch(c *call) error {
	f, err := c.fetcher()
	if err != nil {
		return err
	}
	at, want, err := c.evidenceAt(f.server)
	if err != nil {
		return err
	}
	r, err := f.ask(c.Context.Context, http.MethodHead, at)
	if err != nil {
		return err
	}
	_ = r.Body.Close()
	told, err := readEvidence(r)
	if err != nil {
		return err
	}
	if want != "" && told.sha256 != want {
		return failed(fmt.Sprintf("%s: the server has SHA-256 %s, and the casebook here says %s", told.name, told.sha256, want))
	}
	if _, err := c.free(told.name); err != nil {
		return err
	}
	if c.Bool("dry-run") {
		c.talk("would fetch %s, %s", told.name, bytesize(told.size))
		return nil
	}
	if r, err = f.ask(c.Context.Context, http.MethodGet, at); err != nil {
		return err
	}
	defer r.Body.Close()
	if err := c.saveFile(c.Context.Context, r.Body, told.name, told.size, told.sha256); err != nil {
		return err
	}
	c.talk("fetched %s, %s, SHA-256 %s; the server records it", told.name, bytesize(told.size), told.sha256)
	return nil
}

// evidenceAt is where a server has the forensic data of the case that the argument names,
// and its digest if the casebook here knows the case.
func (c *call) evidenceAt(server *url.URL) (*url.URL, casefile.Digest, error) {
	ref, digest, err := c.caseHere()
	if errors.Is(err, repo.ErrNotFound) || errors.Is(err, repo.ErrNoCasebook) || errors.Is(err, repo.ErrNoCommit) {
		account, key, full := strings.Cut(c.arg(0), "/")
		if !full {
			account, key = "", account
		}
		ref.Account = casefile.Account(account)
		if ref.Key, err = casefile.ParseKey(key); err != nil {
			err = usage(err.Error(), "casebook case list")
		}
	}
	if err != nil {
		return nil, "", err
	}
	at := server.JoinPath("/v1/cases", string(ref.Key), "forensics")
	if ref.Account != "" {
		at.RawQuery = url.Values{"account": {string(ref.Account)}}.Encode()
	}
	return at, digest, nil
}

// caseHere is the case in the casebook of this folder, if there is one and it has it.
func (c *call) caseHere() (casefile.CaseRef, casefile.Digest, error) {
	book, err := repo.Open(c.folder(), c.stateFolder(), c.Getenv)
	if err != nil {
		return casefile.CaseRef{}, "", err
	}
	s, err := book.Snapshot("")
	if err != nil {
		return casefile.CaseRef{}, "", err
	}
	defer s.Close()
	ref, err := s.FindCase(c.arg(0))
	if err != nil {
		return casefile.CaseRef{}, "", err
	}
	of := &casefile.Case{Account: ref.Account, Key: ref.Key}
	err = s.Get(of)
	return ref, of.ForensicData.SHA256, err
}

// readEvidence reads what the headers of an answer tell; the bytes will be held against it.
func readEvidence(r *http.Response) (evidence, error) {
	told := evidence{size: r.ContentLength}
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
	if err == nil {
		told.name, err = casefile.ParseFileName(parameters["filename"])
	}
	encoded := strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Repr-Digest"), "sha-256=:"), ":")
	sum, broken := base64.StdEncoding.DecodeString(encoded)
	if err != nil || broken != nil || len(sum) != 32 || told.size < 0 {
		return told, failed("the answer is not forensic data: it lacks a name, a size or a Repr-Digest", "is --server the address for mitigators, and not the console's?")
	}
	told.sha256 = casefile.Digest(hex.EncodeToString(sum))
	return told, nil
}

// fetcher asks one server with one token, which goes nowhere else.
type fetcher struct {
	server *url.URL
	token  string
	client *http.Client
}

func (c *call) fetcher() (*fetcher, error) {
	server, err := url.Parse(c.String("server"))
	if err != nil || server.Host == "" || server.Scheme != "http" && server.Scheme != "https" {
		return nil, usage(fmt.Sprintf("--server %q: not an http or https URL", c.String("server")))
	}
	if c.String("token-file") == "" {
		return nil, usage("--server needs --token-file", "casebook operator add NAME >operator.token, on the casebook's side, makes one")
	}
	token, err := c.token(c.String("token-file"))
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 2 * time.Minute // a server reads gigabytes before it first hands them out
	t.DisableCompression = true
	if file := c.String("ca"); file != "" {
		pem, err := os.ReadFile(c.path(file))
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, failed(file + ": no certificate in it")
		}
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &fetcher{server, token, &http.Client{Transport: t, CheckRedirect: stay}}, nil
}

func (f *fetcher) ask(ctx context.Context, method string, at *url.URL) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, at.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+f.token)
	answer, err := f.client.Do(r)
	if err != nil || answer.StatusCode == http.StatusOK {
		return answer, err
	}
	defer answer.Body.Close()
	return nil, refusal(answer)
}

// refusal puts a server's answer into words, and says what to type. An answer to HEAD has
// no words of its own.
func refusal(r *http.Response) error {
	var told struct{ Title, Detail string }
	body, _ := io.ReadAll(io.LimitReader(r.Body, 16<<10))
	_ = json.Unmarshal(body, &told) // or it tells nothing
	text := fmt.Sprintf("the server answers %d %s", r.StatusCode, http.StatusText(r.StatusCode))
	if told.Title != "" {
		text += strings.TrimSuffix(": "+told.Title+": "+told.Detail, ": ")
	}
	switch r.StatusCode {
	case http.StatusUnauthorized:
		return refused(text, "casebook operator rotate NAME, on the casebook's side, makes a new token")
	case http.StatusNotFound:
		return failed(text, "the case is not there, not among this operator's customers, or its forensic data is kept elsewhere")
	case http.StatusConflict:
		return refused(text, "name the case as ACCOUNT/KEY")
	}
	return failed(text)
}
