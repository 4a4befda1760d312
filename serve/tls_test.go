package serve

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority signs certificates.
type authority struct {
	testing.TB
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	n    int64
}

func newAuthority(t testing.TB) *authority {
	a := &authority{TB: t, dir: t.TempDir()}
	a.key, a.cert = a.issue("ca", "test authority", nil)
	return a
}

// issue makes a certificate and writes it to NAME.crt and NAME.key.
func (a *authority) issue(name, common string, uris []*url.URL) (*ecdsa.PrivateKey, *x509.Certificate) {
	a.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.Fatal(err)
	}
	a.n++
	t := &x509.Certificate{
		SerialNumber: big.NewInt(a.n), Subject: pkix.Name{CommonName: common}, URIs: uris,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		t.IsCA, t.KeyUsage = true, x509.KeyUsageCertSign
		parent, signer = t, key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, signer)
	if err != nil {
		a.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.Fatal(err)
	}
	a.write(name+".crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	a.write(name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	return key, cert
}

func (a *authority) write(name string, data []byte) {
	a.Helper()
	if err := os.WriteFile(a.at(name), data, 0o600); err != nil {
		a.Fatal(err)
	}
}

func (a *authority) at(name string) string { return filepath.Join(a.dir, name) }

// client trusts the authority and shows the named certificate, "" is none.
func (a *authority) client(shows string) *http.Client {
	a.Helper()
	c := &tls.Config{RootCAs: x509.NewCertPool()}
	c.RootCAs.AddCert(a.cert)
	if shows != "" {
		pair, err := tls.LoadX509KeyPair(a.at(shows+".crt"), a.at(shows+".key"))
		if err != nil {
			a.Fatal(err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}
}

// secured is a server with a certificate, and a log that can be read while it serves.
func secured(t testing.TB, withClients bool) (*authority, *service, string, *lockedLog) {
	a := newAuthority(t)
	a.issue("server", "server", nil)
	s := newBook(t).serve()
	said := &lockedLog{}
	files := TLS{Cert: a.at("server.crt"), Key: a.at("server.key")}
	if withClients {
		files.ClientCA = a.at("ca.crt")
	}
	up := s.run(Config{TLS: files, Log: slog.New(slog.NewTextHandler(said, nil))})
	return a, s, "https" + strings.TrimPrefix(up.listen, "http"), said
}

type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func listOver(t testing.TB, c *http.Client, server, token string) *http.Response {
	t.Helper()
	r, err := http.NewRequest("GET", server+"/v1/patterns", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

func TestTLS(t *testing.T) {
	a, _, server, _ := secured(t, false)
	r := listOver(t, a.client(""), server, acmeToken)
	if r.StatusCode != 200 || r.TLS.Version != tls.VersionTLS13 || r.ProtoMajor != 1 {
		t.Errorf("%s, %s over %s", r.Status, r.Proto, tls.VersionName(r.TLS.Version))
	}
	for version, taken := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true} {
		c := a.client("")
		c.Transport.(*http.Transport).TLSClientConfig.MinVersion = version
		c.Transport.(*http.Transport).TLSClientConfig.MaxVersion = version
		if _, err := c.Get(server + "/v1/patterns"); (err == nil) != taken {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	if r, err := http.Get("http" + strings.TrimPrefix(server, "https") + "/v1/patterns"); err != nil || r.StatusCode != 400 {
		t.Errorf("plain HTTP: %v %v", r, err)
	}
}

func TestSessionsAreResumedAlsoAfterTheCertificateChanged(t *testing.T) {
	a, _, server, said := secured(t, false)
	c := a.client("")
	c.Transport.(*http.Transport).TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	read := func() bool {
		r := listOver(t, c, server, acmeToken)
		_ = bodyOf(r) // the ticket comes behind the handshake
		return r.TLS.DidResume
	}
	if read() || !read() {
		t.Error("the second connection does not resume the first")
	}
	a.issue("server", "another", nil)
	until(t, "read again", func() bool { _ = read(); return strings.Contains(said.String(), "read again") })
	if !read() {
		t.Error("the change of the certificate ended the sessions")
	}
}

func TestAClientCertificateStandsForAMitigatorsToken(t *testing.T) {
	a, s, server, _ := secured(t, true)
	uri := func(opaque string) []*url.URL { return []*url.URL{{Scheme: "casebook", Opaque: opaque}} }
	a.issue("tm", "acme/tm-01", nil)
	a.issue("uri", "something else", uri("zenith/tm-01"))
	a.issue("revoked", "acme/tm-03", nil)
	a.issue("unknown", "acme/tm-99", nil)
	a.issue("tricky", "x/../acme/tm-01", nil)
	stranger := newAuthority(t)
	stranger.issue("tm", "acme/tm-01", nil)
	for name, c := range map[string]struct {
		client *http.Client
		token  string
		status int
		of     string
	}{
		"by common name":             {a.client("tm"), "", 200, "acme"},
		"by URI":                     {a.client("uri"), "", 200, "zenith"},
		"revoked":                    {a.client("revoked"), "", 401, ""},
		"not registered":             {a.client("unknown"), "", 401, ""},
		"a name made to be resolved": {a.client("tricky"), "", 401, ""},
		"none":                       {a.client(""), "", 401, ""},
		"none, and a token":          {a.client(""), zenithToken, 200, "zenith"},
		"a wrong token beside":       {a.client("tm"), "wrong", 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := listOver(t, c.client, server, c.token)
			if body := bodyOf(r); r.StatusCode != c.status || !strings.Contains(body, c.of) {
				t.Errorf("%s %s", r.Status, body)
			}
		})
	}
	c := a.client("")
	pair, err := tls.LoadX509KeyPair(stranger.at("tm.crt"), stranger.at("tm.key"))
	if err != nil {
		t.Fatal(err)
	}
	c.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	if r, err := c.Get(server + "/v1/patterns"); err == nil {
		t.Errorf("a certificate of a stranger: %s", r.Status)
	}
	if got := s.current.Load().names["acme/tm-01"].seen.Load(); got == 0 {
		t.Error("its contact is not noted")
	}
}

func TestCertificatesAreReadAgainAndABadOneIsNotTaken(t *testing.T) {
	a, _, server, said := secured(t, false)
	shown := func() string {
		return listOver(t, a.client(""), server, acmeToken).TLS.PeerCertificates[0].Subject.CommonName
	}
	if got := shown(); got != "server" {
		t.Fatal(got)
	}
	a.write("server.crt", []byte("nonsense"))
	until(t, "the bad one is noticed", func() bool {
		if got := shown(); got != "server" {
			t.Fatalf("%s is shown", got)
		}
		return strings.Contains(said.String(), "no good")
	})
	a.issue("server", "renewed", nil)
	until(t, "the new one is shown", func() bool { return shown() == "renewed" })
}

func TestAPollWaitsOverTLSToo(t *testing.T) {
	a, s, server, _ := secured(t, true)
	a.issue("tm", "acme/tm-01", nil)
	polls := map[string]string{"": acmeToken, "tm": ""}
	answers := make(chan string, len(polls))
	for shows, token := range polls {
		r, err := http.NewRequest("GET", server+"/v1/patterns", nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Prefer": "wait=60", "If-None-Match": tagOf(s.publisher, "acme"), "Accept-Encoding": "identity"} {
			r.Header.Set(name, value)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		go func() {
			answer, err := a.client(shows).Do(r)
			if err != nil {
				answers <- err.Error()
				return
			}
			defer answer.Body.Close()
			answers <- answer.Status + " " + bodyOf(answer)
		}()
	}
	held(t, s.publisher, len(polls))
	time.Sleep(listening * rounds) // each connection was looked at once
	held(t, s.publisher, len(polls))
	s.current.Store(everyList(s.current.Load(), "a list"))
	s.room.turn()
	for range polls {
		if got := <-answers; got != "200 OK a list" {
			t.Error(got)
		}
	}
}

func TestFilesThatMakeNoTLS(t *testing.T) {
	b := newBook(t)
	a := newAuthority(t)
	a.issue("server", "server", nil)
	a.issue("other", "other", nil)
	a.write("empty", nil)
	never := func(net.Addr, net.Addr) { t.Error("it serves") }
	for name, files := range map[string]TLS{
		"a key alone":               {Key: a.at("server.key")},
		"a certificate alone":       {Cert: a.at("server.crt")},
		"no such file":              {Cert: a.at("none.crt"), Key: a.at("server.key")},
		"another's key":             {Cert: a.at("server.crt"), Key: a.at("other.key")},
		"an authority that is none": {Cert: a.at("server.crt"), Key: a.at("server.key"), ClientCA: a.at("empty")},
		"no such authority":         {Cert: a.at("server.crt"), Key: a.at("server.key"), ClientCA: a.at("none.crt")},
	} {
		if err := Run(t.Context(), Config{Dir: b.dir, Listen: "127.0.0.1:0", TLS: files}, never); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	err := Run(t.Context(), Config{Dir: b.dir, Listen: "192.0.2.1:0", TLS: TLS{a.at("server.crt"), a.at("server.key"), ""}}, never)
	var exposed *Exposed
	if err == nil || errors.As(err, &exposed) {
		t.Errorf("any address is good with TLS: %v", err)
	}
}

// A ticket is no way round: whose authority is trusted no more is nobody on a connection that
// he opens with one.
func TestATicketDoesNotOutliveTheAuthority(t *testing.T) {
	a, _, server, said := secured(t, true)
	a.issue("tm", "acme/tm-01", nil)
	c := a.client("tm")
	c.Transport.(*http.Transport).TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	for range 2 {
		if r := listOver(t, c, server, ""); bodyOf(r) == "" || r.StatusCode != 200 {
			t.Fatal(r.Status)
		}
	}
	other := newAuthority(t)
	pem, err := os.ReadFile(other.at("ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	a.write("ca.crt", pem)
	plain := a.client("")
	until(t, "read again", func() bool {
		_ = bodyOf(listOver(t, plain, server, acmeToken))
		return strings.Contains(said.String(), "read again")
	})
	r, err := c.Get(server + "/v1/patterns")
	if err == nil && r.StatusCode != 401 {
		t.Errorf("%s, resumed %v", r.Status, r.TLS.DidResume)
	}
}
