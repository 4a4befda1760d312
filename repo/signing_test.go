package repo

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// newKey makes a key pair with ssh-keygen and returns its file and its public half.
func newKey(t testing.TB, passphrase string) (file, public string) {
	t.Helper()
	need(t, "ssh-keygen")
	file = filepath.Join(t.TempDir(), "id_ed25519")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	return file, strings.TrimSpace(string(must(os.ReadFile(file + ".pub"))))
}

// configured is the book with git configured anew.
func (b *book) configured(env func(string) string, pairs ...string) *book {
	b.Helper()
	for i := 0; i < len(pairs); i += 2 {
		b.git("config", pairs[i], pairs[i+1])
	}
	return &book{b.TB, must(Open(b.Root(), "", env))}
}

func (b *book) signsWith(key string) *book {
	b.Helper()
	return b.configured(testEnv, "commit.gpgSign", "true", "gpg.format", "ssh", "user.signingKey", key)
}

// agentWith is an ssh-agent that has a key; it returns its socket.
func agentWith(t testing.TB, file string) string {
	t.Helper()
	ring := agent.NewKeyring()
	private := must(ssh.ParseRawPrivateKey(must(os.ReadFile(file))))
	must(0, ring.Add(agent.AddedKey{PrivateKey: private}))
	socket := filepath.Join(must(os.MkdirTemp("", "agent")), "s") // a socket's path must be short
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(socket)) })
	l := must(net.Listen("unix", socket))
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, c)
		}
	}()
	return socket
}

func TestVerbsSignAsGitIsConfiguredTo(t *testing.T) {
	file, public := newKey(t, "")
	asked := agentWith(t, file)
	alone := filepath.Join(t.TempDir(), "alone.pub")
	must(0, os.WriteFile(alone, []byte(public), 0o600))
	for _, c := range []struct{ name, key, socket string }{
		{"the private half", file, ""},
		{"the public half, the other beside it", file + ".pub", ""},
		{"the public half, the agent has the other", alone, asked},
		{"the key itself, from the agent", "key::" + public, asked},
		{"the key itself, as older gits write it", public, asked},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t).signsWith(c.key)
			b = b.configured(func(name string) string {
				if name == "SSH_AUTH_SOCK" {
					return c.socket
				}
				return testEnv(name)
			})
			b.receive("ws-017")
			list := filepath.Join(t.TempDir(), "signers")
			must(0, os.WriteFile(list, []byte("jane@acme.example "+public+"\n"), 0o600))
			said := b.git("-c", "gpg.ssh.allowedSignersFile="+list, "verify-commit", "-v", "HEAD")
			if !strings.Contains(said, `Good "git" signature for jane@acme.example`) {
				t.Errorf("git verify-commit: %s", said)
			}
			b.sound()
		})
	}
}

func TestAVerbIsNeverLeftUnsignedInSilence(t *testing.T) {
	locked, public := newKey(t, "secret")
	for _, c := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"no key", []string{"gpg.format", "ssh"}, "user.signingkey names no key"},
		{"no such file", []string{"gpg.format", "ssh", "user.signingKey", "/nowhere/id"}, "no such file"},
		{"an encrypted key", []string{"gpg.format", "ssh", "user.signingKey", locked}, "the key is encrypted, and no agent has it"},
		{"a key of no agent", []string{"gpg.format", "ssh", "user.signingKey", "key::" + public}, "there is no ssh-agent"},
		{"no key at all", []string{"gpg.format", "ssh", "user.signingKey", "ssh-ed25519 nonsense"}, "user.signingkey is no SSH key"},
		{"gpg's keys", []string{"user.signingKey", "0xDEADBEEF"}, "gpg's keys are not read here"},
		{"another format", []string{"gpg.format", "x509"}, "gpg.format is x509"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t)
			tip := b.git("rev-parse", "HEAD")
			b = b.configured(testEnv, append([]string{"commit.gpgSign", "true"}, c.pairs...)...)
			_, err := b.try("receive ws-017", func(tx *Tx) error { _, err := receive(tx, "acme", "ws-017"); return err })
			var cannot *CannotSign
			if !errors.As(err, &cannot) || !strings.Contains(err.Error(), c.want) || cannot.Hint == "" {
				t.Errorf("got %v, want %s", err, c.want)
			}
			expect(t, "the tip", b.git("rev-parse", "HEAD"), tip)
			b.sound()
		})
	}
}

func TestVerbsSignWithAnOpenPGPKeyFromAFile(t *testing.T) {
	need(t, "gpg")
	home := must(os.MkdirTemp("", "gpg")) // gpg's sockets need a short path
	defer os.RemoveAll(home)
	gpg := func(args ...string) []byte {
		c := exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--quiet"}, args...)...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("gpg %v: %v", args, err)
		}
		return out
	}
	gpg("--passphrase", "", "--quick-generate-key", "jane@acme.example", "rsa2048", "sign", "never")
	file := filepath.Join(t.TempDir(), "secret.asc")
	must(0, os.WriteFile(file, gpg("--armor", "--export-secret-keys"), 0o600))
	b := newBook(t).configured(testEnv, "commit.gpgSign", "true", "user.signingKey", file)
	b.receive("ws-017")
	o := b.oracle()
	o.env = append(o.env, "GNUPGHOME="+home)
	if said := o.git("verify-commit", "HEAD"); !strings.Contains(said, "Good signature") {
		t.Errorf("git verify-commit: %s", said)
	}
	exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
}

// demand makes a book that accepts only what these may sign.
func (b *book) demand(lines ...string) {
	b.Helper()
	b.change("admit", func(tx *Tx) error { return tx.PutText(casefile.SignersFile, []byte(strings.Join(lines, "\n")+"\n")) })
	b.change("demand", func(tx *Tx) error {
		return tx.Put(&casefile.Book{Format: 1, Branch: "main", Signatures: casefile.SignaturesRequired})
	})
}

func TestAVerbMakesNoCommitThatNobodyWouldAccept(t *testing.T) {
	file, public := newKey(t, "")
	stranger, _ := newKey(t, "")
	b := newBook(t).signsWith(file)
	b.demand("jane@acme.example " + public)
	b.receive("ws-017")
	expect(t, "signature", strings.HasPrefix(b.history("")[len(b.history(""))-1].Signature, "good, SHA256:"), true)
	refused := func(b *book, want string) {
		t.Helper()
		_, err := b.try("receive ws-018", func(tx *Tx) error { _, err := receive(tx, "acme", "ws-018"); return err })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	refused(b.signsWith(stranger), "its key is not in allowed_signers")
	refused(b.configured(testEnv, "commit.gpgSign", "false"), "it is not signed")
	b.sound()
}

func TestAllowedSigners(t *testing.T) {
	_, public := newKey(t, "")
	key := must(ssh.ParsePublicKey(must2(ssh.ParseAuthorizedKey([]byte(public))).Marshal())).Marshal()
	for _, c := range []struct{ name, line, want string }{
		{"a person", "jane@acme.example " + public, ""},
		{"a comment and blanks before", "# us\n\n  jane@acme.example " + public + " jane's key", ""},
		{"one of many", "bob@acme.example,jane@acme.example " + public, ""},
		{"any of a company", "*@acme.example " + public, ""},
		{"any but one", "!jane@acme.example,*@acme.example " + public, "jane@acme.example committed"},
		{"another person", "bob@acme.example " + public, "its key is bob@acme.example's, and jane@acme.example committed"},
		{"two lines for one key", "bob@acme.example " + public + "\njane@acme.example " + public, ""},
		{"for git", `jane@acme.example namespaces="file,git" ` + public, ""},
		{"for something else", `jane@acme.example namespaces="file" ` + public, "its key is not for git"},
		{"valid now", `jane@acme.example valid-after="20261101Z",valid-before="20261201" ` + public, ""},
		{"not valid yet", `jane@acme.example valid-after="20261124Z" ` + public, "its key was not valid yet"},
		{"no longer valid", `jane@acme.example namespaces="git",valid-before="202611230911Z" ` + public, "its key was no longer valid"},
		{"to the second", `jane@acme.example valid-before="20261123091200Z" ` + public, ""},
		{"nobody", "", "its key is not in allowed_signers"},
		{"a certificate authority", "jane@acme.example cert-authority " + public, "cert-authority is not supported"},
		{"an unknown option", "jane@acme.example no-touch-required=\"yes\" " + public, "unknown option"},
		{"a broken time", `jane@acme.example valid-after="tomorrow" ` + public, "bad time"},
		{"no key", "jane@acme.example", "no SSH key"},
		{"half a key", "jane@acme.example " + public[:40], "no SSH key after"},
		{"a good line and a broken one", "jane@acme.example " + public + "\nbob@acme.example", "no SSH key"},
	} {
		all, problems := parseSigners([]byte(c.line))
		got := all.admits(key, "jane@acme.example", testNow)
		if len(problems) > 0 {
			got = problems.Error()
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func must2(key ssh.PublicKey, _ string, _ []string, _ []byte, err error) ssh.PublicKey {
	return must(key, err)
}
