package repo

import (
	"errors"
	"fmt"
	"strings"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing"
)

// judge says why a commit is not trusted; "" where it is, or need not be.
func (t *trust) judge(n *node) (string, error) {
	demanded, err := t.demandedOf(n)
	if err == nil && demanded && t.deciding {
		demanded, err = t.decides(n)
	}
	if err != nil || !demanded {
		return "", err
	}
	befores, err := t.befores(n)
	if err != nil {
		return "", err
	}
	for _, before := range befores {
		v, err := t.verdict(n.hash, before)
		if err != nil || v.wrong != "" {
			return v.wrong, err
		}
	}
	return "", nil
}

// demandedOf reports whether a commit has to be signed.
func (t *trust) demandedOf(n *node) (bool, error) {
	demanded, err := t.demands(n.tree)
	demanded = demanded || t.demanded
	for _, h := range n.parents {
		if demanded || err != nil {
			break
		}
		var p *node
		if p, err = t.node(h); err == nil {
			demanded, err = t.demands(p.tree)
		}
	}
	return demanded, err
}

// decides reports whether a commit says otherwise than one before it who has to sign, or who may.
func (t *trust) decides(n *node) (bool, error) {
	for _, h := range n.parents {
		p, err := t.node(h)
		if err != nil {
			return false, err
		}
		if same, err := t.sameCourt(p.tree, n.tree); err != nil || !same {
			return true, err
		}
	}
	return len(n.parents) == 0, nil
}

// sameCourt reports whether two trees say the same of who has to sign, and who may.
func (t *trust) sameCourt(one, two plumbing.Hash) (bool, error) {
	for _, file := range []string{casefile.BookFile, casefile.SignersFile} {
		a, err := t.at(one, file)
		if err != nil {
			return false, err
		}
		b, err := t.at(two, file)
		if err != nil || !same(a, b) {
			return false, err
		}
	}
	return true, nil
}

// befores are the trees whose signers all have to admit a commit's.
func (t *trust) befores(n *node) ([]plumbing.Hash, error) {
	if t.base == nil {
		return t.ownBefores(n)
	}
	var trees []plumbing.Hash
	for i, h := range n.parents {
		p, err := t.node(h)
		if err != nil {
			return nil, err
		}
		reaches := t.reach(h)
		may, err := t.signersIn(p.tree)
		switch {
		case err != nil:
			return nil, err
		case i == 0 && !reaches && t.demanded && may == nil:
			trees = append(trees, t.base.tree) // the branch began before there were allowed signers
		case i == 0 || reaches:
			trees = append(trees, p.tree)
		}
	}
	if len(n.parents) > 1 && !t.reach(n.parents[0]) && len(trees) > 1 {
		trees = trees[1:] // main merged into a branch, of which main became the tip
	}
	if t.replaced || len(n.parents) == 0 {
		trees = append(trees, t.base.tree)
	}
	return trees, nil
}

// ownBefores are befores where there is no base: of a merge, nobody knows which side was published. So
// whoever brings a line of his own, on which he let himself in, has to be let in by the other side too.
func (t *trust) ownBefores(n *node) ([]plumbing.Hash, error) {
	if len(n.parents) == 0 {
		return []plumbing.Hash{n.tree}, nil
	}
	first, err := t.node(n.parents[0])
	if err != nil {
		return nil, err
	}
	var trees []plumbing.Hash
	for _, h := range n.parents[1:] {
		decided, err := t.decidedSince(first, h)
		if err != nil {
			return nil, err
		}
		if decided {
			trees = append(trees, t.known[h].tree)
		}
	}
	if demanded, err := t.demands(first.tree); err != nil || demanded || len(trees) == 0 {
		return append(trees, first.tree), err
	}
	return trees, nil // the first parent is a branch that began before anything was demanded
}

// decidedSince reports whether a merged side demands signatures, and says otherwise than the place where it
// left the first side who may sign.
func (t *trust) decidedSince(first *node, h plumbing.Hash) (bool, error) {
	side, err := t.node(h)
	if err != nil {
		return false, err
	}
	demanded, err := t.demands(side.tree)
	if err != nil || !demanded {
		return false, err
	}
	if same, err := t.sameCourt(first.tree, side.tree); err != nil || same {
		return false, err
	}
	parted, err := t.of.mergeBase(first.hash, h)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	before, err := t.node(parted)
	if err != nil {
		return false, err
	}
	same, err := t.sameCourt(before.tree, side.tree)
	return !same, err
}

func (t *trust) problem(n *node, why string) casefile.Problem {
	name, subject := n.hash.String()[:10], ""
	if data, err := t.objects.bytes(plumbing.CommitObject, n.hash, maxObject); err == nil {
		_, message, _ := strings.Cut(string(data), "\n\n")
		subject, _, _ = strings.Cut(message, "\n")
		who := committerIn(data)
		name += " by " + who.Name + " <" + who.Email + ">"
	}
	return casefile.Problem{File: casefile.SignersFile, Rule: casefile.RuleSignature,
		Text: fmt.Sprintf("commit %s (%s): %s", name, subject, why),
		Hint: "casebook.yaml demands signatures; somebody whom " + casefile.SignersFile + " allows in the commit before has to make the commit"}
}
