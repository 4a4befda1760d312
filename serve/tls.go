package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"
)

// TLS names the files that make the listener for mitigators a secure one. They are read
// again when they change; what cannot be read then leaves what was read before.
type TLS struct {
	Cert, Key string
	ClientCA  string // whose certificates stand for a mitigator's token; "" is nobody
}

// keyring is the TLS configuration as the files now say it.
type keyring struct {
	TLS
	log *slog.Logger

	mu     sync.Mutex
	config *tls.Config
	files  [3]stamp
	asked  time.Time
}

// stamp is how a file is known to be the one that was read.
type stamp struct {
	changed time.Time
	size    int64
}

// secure is a configuration that follows the files.
func (t TLS) secure(log *slog.Logger) (*tls.Config, error) {
	k := &keyring{TLS: t, log: log, files: t.stamps(), asked: time.Now()}
	config, err := t.read()
	if err != nil {
		return nil, err
	}
	k.config = config
	outer := config.Clone() // it keeps the keys of session tickets through all changes
	outer.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return k.now(), nil }
	return outer, nil
}

// now is the configuration for a handshake. Files are asked once a second at the most.
func (k *keyring) now() *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.asked) < time.Second {
		return k.config
	}
	k.asked = time.Now()
	files := k.stamps()
	if files == k.files {
		return k.config
	}
	k.files = files
	config, err := k.read()
	if err != nil {
		k.log.Error("certificate files are no good, the ones read before stay in use", "error", err)
		return k.config
	}
	k.log.Info("certificate files were read again")
	k.config = config
	return config
}

func (t TLS) stamps() (s [3]stamp) {
	for i, name := range []string{t.Cert, t.Key, t.ClientCA} {
		if info, err := os.Stat(name); err == nil {
			s[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return s
}

// read makes a configuration of the files. HTTP/2 is not offered: it has no connection
// that could wait by itself, and is slower with files.
func (t TLS) read() (*tls.Config, error) {
	own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", t.Cert, t.Key, err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if t.ClientCA == "" {
		return config, nil
	}
	pem, err := os.ReadFile(t.ClientCA)
	if err != nil {
		return nil, err
	}
	config.ClientAuth, config.ClientCAs = tls.VerifyClientCertIfGiven, x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %w", t.ClientCA, errors.New("no certificate in PEM form"))
	}
	return config, nil
}

// certified is the mitigator that a verified client certificate names, as the URI
// casebook:ACCOUNT/NAME or as its common name ACCOUNT/NAME.
func (p *published) certified(r *http.Request) *visitor {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return nil
	}
	leaf := r.TLS.VerifiedChains[0][0]
	names := []string{leaf.Subject.CommonName}
	for _, uri := range leaf.URIs {
		if uri.Scheme == "casebook" {
			names = append(names, uri.Opaque)
		}
	}
	for _, name := range names {
		if v := p.names[name]; v != nil {
			return v
		}
	}
	return nil
}
