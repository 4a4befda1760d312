package repo

import (
	"bytes"
	"fmt"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// verdict is what a commit's signature is worth.
type verdict struct {
	words string // as a history tells it
	wrong string // why it is not an allowed signer's; "" where it is
}

var unsigned = verdict{"unsigned", "it is not signed"}

// signersIn are the allowed signers of a tree: nobody where there is no such file, or a broken one.
func (c *comparer) signersIn(tree plumbing.Hash) (signers, error) {
	at, err := c.at(tree, casefile.SignersFile)
	if err != nil || !isRegular(at.Mode) {
		return nil, err
	}
	if known, ok := c.signers[at.Hash]; ok {
		return known, nil
	}
	data, err := c.objects.bytes(plumbing.BlobObject, at.Hash, maxRecord)
	if err != nil {
		return nil, err
	}
	all, _ := parseSigners(data)
	c.signers[at.Hash] = all
	return all, nil
}

// judge finds what a commit's signature is worth to those who may sign.
func judge(data []byte, committer object.Signature, may signers) verdict {
	signed, armored := signatureOf(data)
	if armored == nil {
		return unsigned
	}
	if !bytes.HasPrefix(armored, []byte("-----BEGIN "+sshsig.PEMType)) {
		return verdict{"not SSH, not checked", "its signature is no SSH signature"}
	}
	signature, err := sshsig.Unarmor(armored)
	if err == nil && signature.Namespace != namespace {
		err = fmt.Errorf("it was made for %q", signature.Namespace)
	}
	if err == nil {
		err = sshsig.Verify(bytes.NewReader(signed), signature, signature.PublicKey, signature.HashAlgorithm, namespace)
	}
	if err != nil {
		return verdict{"WRONG", "its signature is wrong: " + err.Error()}
	}
	name := ssh.FingerprintSHA256(signature.PublicKey)
	if why := may.admits(signature.PublicKey.Marshal(), committer.Email, committer.When); why != "" {
		return verdict{"not allowed, " + name, why + " (" + name + ")"}
	}
	return verdict{words: "good, " + name}
}

// verdict judges a commit by the signers as of a tree before it.
func (c *comparer) verdict(h plumbing.Hash, before plumbing.Hash) (verdict, error) {
	may, err := c.signersIn(before)
	if err != nil {
		return verdict{}, err
	}
	data, err := c.objects.bytes(plumbing.CommitObject, h, maxObject)
	if err != nil {
		return verdict{}, err
	}
	return judge(data, committerIn(data), may), nil
}

// committerIn reads the committer from a commit object.
func committerIn(data []byte) object.Signature {
	var who object.Signature
	for line := range bytes.Lines(data) {
		if text, ok := bytes.CutPrefix(line, []byte("committer ")); ok {
			who.Decode(bytes.TrimSuffix(text, []byte("\n")))
			break
		}
		if len(line) == 1 {
			break
		}
	}
	return who
}

// demands reports whether casebook.yaml in a tree says that commits must be signed.
func (c *comparer) demands(tree plumbing.Hash) (bool, error) {
	at, err := c.at(tree, casefile.BookFile)
	if err != nil || !isRegular(at.Mode) {
		return false, err
	}
	if known, ok := c.required[at.Hash]; ok {
		return known, nil
	}
	data, err := c.objects.bytes(plumbing.BlobObject, at.Hash, maxRecord)
	if err != nil {
		return false, err
	}
	book := &casefile.Book{}
	casefile.Decode(book, data) // what is wrong with it is said elsewhere
	c.required[at.Hash] = book.Signatures == casefile.SignaturesRequired
	return c.required[at.Hash], nil
}

// signed is the commit with its signature, if it gets one.
func (c *change) signed(commit []byte) ([]byte, error) {
	if c.key != nil {
		armored, err := c.key.sign(commit)
		if err != nil {
			return nil, err
		}
		commit = withSignature(commit, armored)
	}
	return commit, c.permit(commit)
}

// permit refuses to make a commit that nobody would accept.
func (c *change) permit(commit []byte) error {
	look := newComparer(c.tip.objects)
	demanded, err := look.demands(c.tip.tree)
	if err == nil && !demanded {
		demanded, err = look.demands(c.tx.tree)
	}
	if err != nil || !demanded {
		return err
	}
	tree := c.tip.tree
	if tree.IsZero() {
		tree = c.tx.tree
	}
	may, err := look.signersIn(tree)
	if err != nil {
		return err
	}
	if v := judge(commit, c.committer, may); v.wrong != "" {
		hint := "git config commit.gpgsign true, git config gpg.format ssh, git config user.signingkey ~/.ssh/id_ed25519.pub"
		if !strings.Contains(v.wrong, "not signed") {
			hint = "somebody who is in " + casefile.SignersFile + " adds a line to it, in a commit before"
		}
		return &CannotSign{"casebook.yaml demands signatures, and of this commit " + v.wrong, hint}
	}
	return nil
}
