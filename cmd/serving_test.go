package cmd_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"casebook/cmd"
)

// running DIR FLAGS... runs casebook serve with these flags, and the addresses of its own choice, until
// the story ends; it sets URL and CONSOLE once there is something published.
func running(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	said := &announcement{told: make(chan []string, 1)}
	ended := make(chan int, 1)
	go func() {
		line := append([]string{"-C", args[0], "serve", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"}, args[1:]...)
		ended <- cmd.Run(ctx, line, cmd.Env{Stdout: io.Discard, Stderr: said, Dir: ts.MkAbs("."), Getenv: ts.Getenv, Now: time.Now})
	}()
	ts.Defer(func() {
		cancel()
		ts.Logf("serve ended with %d: %s", <-ended, said.all())
	})
	select {
	case at := <-said.told:
		ts.Setenv("URL", at[1])
		ts.Setenv("CONSOLE", at[2])
		get(ts, false, []string{at[2] + "/readyz", "-", "ready", "200"})
	case <-time.After(15 * time.Second):
		ts.Fatalf("serve: %s", said.all())
	}
}

// announcement is what a server says, and the addresses in it.
type announcement struct {
	mu   sync.Mutex
	text string
	told chan []string
}

var addresses = regexp.MustCompile(`answering mitigators on (\S+), the console is on (\S+);`)

func (a *announcement) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.text += string(p)
	if at := addresses.FindStringSubmatch(string(p)); at != nil {
		a.told <- at
	}
	return len(p), nil
}

func (a *announcement) all() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.text
}

// certificates NAME COMMON... makes NAME.crt, an authority, and of it a certificate for this machine and
// each common name: NAME-1.crt and NAME-1.key, and so on.
func certificates(ts *testscript.TestScript, _ bool, args []string) {
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: args[0]}, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
	}
	signer := issue(ts, args[0], authority, authority, nil)
	for i, common := range args[1:] {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{CommonName: common}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		}
		issue(ts, args[0]+"-"+string(rune('1'+i)), leaf, authority, signer)
	}
}

// issue makes a certificate and its key; without a signer it signs itself.
func issue(ts *testscript.TestScript, name string, of, by *x509.Certificate, signer *ecdsa.PrivateKey) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	if signer == nil {
		signer = key
	}
	cert, err := x509.CreateCertificate(rand.Reader, of, by, &key.PublicKey, signer)
	ts.Check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(name+".crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(name+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return key
}
