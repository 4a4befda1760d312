package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// SigningKey signs commits.
type SigningKey struct {
	sign func(commit []byte) ([]byte, error)
}

// CannotSign says why a commit that has to be signed cannot be, and what to type. A commit is never left
// unsigned in silence.
type CannotSign struct {
	Why  string
	Hint string
}

func (e *CannotSign) Error() string { return "cannot sign: " + e.Why }

const useSSH = "git config gpg.format ssh, and git config user.signingkey ~/.ssh/id_ed25519.pub"

// namespace is what git signs commits under, so that no other signature of the same key is taken for one.
const namespace = "git"

// signingKey is the key that git is configured to sign commits with; nil where it is not.
func (r *Repo) signingKey() (*SigningKey, error) {
	if !r.config.isTrue("commit.gpgSign", false) {
		return nil, nil
	}
	format, _ := r.config.get("gpg.format")
	named, _ := r.config.get("user.signingKey")
	switch {
	case format == "ssh" && named == "":
		return nil, &CannotSign{"user.signingkey names no key", "git config user.signingkey ~/.ssh/id_ed25519.pub"}
	case format == "ssh":
		return r.sshKey(named)
	case format == "" || strings.EqualFold(format, "openpgp"):
		return pgpKey(r.keyFile(named))
	}
	return nil, &CannotSign{"gpg.format is " + format + ", which is not supported", useSSH}
}

// keyFile is a path as git's configuration has it.
func (r *Repo) keyFile(named string) string {
	if rest, inHome := strings.CutPrefix(named, "~/"); inHome {
		return filepath.Join(homeFolder(r.getenv), rest)
	}
	return absFrom(r.place(), named)
}

// sshKey is the key that user.signingkey names: a file with the private or the public half, or the public
// half itself; of which the agent has the private half.
func (r *Repo) sshKey(named string) (*SigningKey, error) {
	socket := r.getenv("SSH_AUTH_SOCK")
	literal, isLiteral := strings.CutPrefix(named, "key::")
	if isLiteral || strings.HasPrefix(named, "ssh-") {
		public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(literal))
		if err != nil {
			return nil, &CannotSign{"user.signingkey is no SSH key", "git config user.signingkey ~/.ssh/id_ed25519.pub"}
		}
		return agentKey(socket, public)
	}
	return readKey(r.keyFile(named), socket)
}

// ReadSigningKey reads the private half of an SSH key from a file; one that is encrypted, or of which the
// file has only the public half, is looked for in the agent that listens on socket.
func ReadSigningKey(file, socket string) (*SigningKey, error) { return readKey(file, socket) }

func readKey(file, socket string) (*SigningKey, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &CannotSign{err.Error(), "git config user.signingkey names the key"}
	}
	if public, _, _, _, err := ssh.ParseAuthorizedKey(data); err == nil {
		return publicKey(file, socket, public)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return sshSigner(signer), nil
	case !errors.As(err, &locked):
		return nil, &CannotSign{file + ": " + err.Error(), "ssh-keygen -t ed25519 makes a key"}
	case locked.PublicKey != nil:
		if key, err := agentKey(socket, locked.PublicKey); err == nil {
			return key, nil
		}
	}
	return nil, &CannotSign{file + ": the key is encrypted, and no agent has it", "ssh-add " + file}
}

// publicKey finds the other half: in the agent, or in the file beside.
func publicKey(file, socket string, public ssh.PublicKey) (*SigningKey, error) {
	key, failed := agentKey(socket, public)
	private, isPublic := strings.CutSuffix(file, ".pub")
	if failed == nil || !isPublic {
		return key, failed
	}
	if _, err := os.Stat(private); errors.Is(err, fs.ErrNotExist) {
		return nil, failed
	}
	return readKey(private, "")
}

// agentKey is a key that the agent signs with.
func agentKey(socket string, public ssh.PublicKey) (*SigningKey, error) {
	name := ssh.FingerprintSHA256(public)
	if socket == "" {
		return nil, &CannotSign{fmt.Sprintf("there is no ssh-agent to ask for key %s", name), "eval $(ssh-agent), and ssh-add"}
	}
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return nil, &CannotSign{"ssh-agent: " + err.Error(), "eval $(ssh-agent), and ssh-add"}
	}
	signers, err := agent.NewClient(connection).Signers()
	if err != nil {
		return nil, errors.Join(&CannotSign{"ssh-agent: " + err.Error(), "ssh-add -l"}, connection.Close())
	}
	for _, s := range signers {
		if bytes.Equal(s.PublicKey().Marshal(), public.Marshal()) {
			return sshSigner(s), nil // the connection ends with the process: a change signs once
		}
	}
	return nil, errors.Join(&CannotSign{"ssh-agent has no key " + name, "ssh-add"}, connection.Close())
}

func sshSigner(s ssh.Signer) *SigningKey {
	return &SigningKey{func(commit []byte) ([]byte, error) {
		signature, err := sshsig.Sign(bytes.NewReader(commit), s, sshsig.HashSHA512, namespace)
		if err != nil {
			return nil, fmt.Errorf("cannot sign: %w", err)
		}
		return sshsig.Armor(signature), nil
	}}
}

// pgpKey is an OpenPGP key from a file. What gpg keeps in its own folder is gpg's.
func pgpKey(file string) (*SigningKey, error) {
	data, err := os.ReadFile(file)
	if err != nil { // a key's ID, mostly, or nothing at all
		return nil, &CannotSign{"commit.gpgsign asks for an OpenPGP signature, and gpg's keys are not read here", useSSH}
	}
	ring, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(data))
	if err != nil || len(ring) == 0 || ring[0].PrivateKey == nil || ring[0].PrivateKey.Encrypted {
		return nil, &CannotSign{file + ": holds no OpenPGP secret key without a passphrase", useSSH}
	}
	return &SigningKey{func(commit []byte) ([]byte, error) {
		var armored bytes.Buffer
		if err := openpgp.ArmoredDetachSign(&armored, ring[0], bytes.NewReader(commit), nil); err != nil {
			return nil, fmt.Errorf("cannot sign: %w", err)
		}
		return append(armored.Bytes(), '\n'), nil
	}}, nil
}

// withSignature is a commit object with its signature in its head.
func withSignature(commit, armored []byte) []byte {
	lines := bytes.ReplaceAll(bytes.TrimSuffix(armored, []byte("\n")), []byte("\n"), []byte("\n "))
	head, rest, _ := bytes.Cut(commit, []byte("\n\n"))
	return bytes.Join([][]byte{head, []byte("\ngpgsig "), lines, []byte("\n\n"), rest}, nil)
}

// signatureOf takes a commit object apart: what was signed, and the signature; nil where there is none.
func signatureOf(commit []byte) (signed, armored []byte) {
	inside := false
	for head := true; len(commit) > 0; {
		end := bytes.IndexByte(commit, '\n') + 1
		if end == 0 {
			end = len(commit)
		}
		line := commit[:end]
		commit = commit[end:]
		if len(line) == 1 {
			head = false
		}
		first, isFirst := bytes.CutPrefix(line, []byte("gpgsig "))
		switch {
		case head && isFirst && armored == nil:
			armored, inside = append([]byte{}, first...), true
		case head && inside && line[0] == ' ':
			armored = append(armored, line[1:]...)
		default:
			signed, inside = append(signed, line...), false
		}
	}
	return signed, armored
}
