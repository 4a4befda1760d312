package mitigator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority signs certificates, and is in a PEM file.
type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{file: filepath.Join(t.TempDir(), "ca.pem")}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, key := sign(t, template, template, nil)
	a.key = key
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	writePEM(t, a.file, "CERTIFICATE", der)
	return a
}

// issue gives a certificate for a name, which is also in files.
func (a *authority) issue(t *testing.T, name string) (pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	der, key := sign(t, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}, a.cert, a.key)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", private)
	if pair, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	return pair, certFile, keyFile
}

func sign(t *testing.T, template, parent *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyThePinnedAuthorityIsBelieved(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	pair, _, _ := ours.issue(t, "server")
	_, cert, key := ours.issue(t, "acme/tm-01")
	clients := x509.NewCertPool()
	clients.AddCert(ours.cert)
	server := httptest.NewUnstartedServer(p.Config.Handler)
	server.Config.ErrorLog = log.New(t.Output(), "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	server.StartTLS()
	defer server.Close()
	_, foreignCert, foreignKey := other.issue(t, "acme/tm-01")
	for _, c := range []struct{ name, ca, cert, key, want string }{
		{"ours, with our certificate", ours.file, cert, key, ""},
		{"ours, without a certificate", ours.file, "", "", "certificate required"},
		{"ours, with a stranger's certificate", ours.file, foreignCert, foreignKey, "certificate"},
		{"another", other.file, cert, key, "certificate"},
		{"the system's", "", cert, key, "certificate"},
		{"a file that is not there", "nothing.pem", cert, key, "nothing.pem"},
		{"a file without a certificate", key, cert, key, "no certificate in it"},
		{"a certificate without a key", ours.file, cert, "", "belong together"},
		{"another's key", ours.file, cert, foreignKey, "private key does not match"},
	} {
		config := p.config(t, "")
		config.Servers, config.CA, config.Cert, config.Key = []string{server.URL}, c.ca, c.cert, c.key
		_, err := Once(t.Context(), config)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestSessionsAreTakenUpAgain(t *testing.T) {
	ours := newAuthority(t)
	p := newPortal(t)
	pair, _, _ := ours.issue(t, "server")
	resumed := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.DidResume {
			resumed++
		}
		w.Header().Set("Connection", "close")
		p.Config.Handler.ServeHTTP(w, r)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	defer server.Close()
	c := p.config(t, "")
	c.Servers, c.CA = []string{server.URL}, ours.file
	m, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	for range 3 {
		if err := m.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if resumed != 2 {
		t.Errorf("%d of 2 later connections took up the session", resumed)
	}
}
