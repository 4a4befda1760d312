package repo

import (
	"os"
	"strconv"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestObjectsAreGitsOwn(t *testing.T) {
	o := newOracle(t)
	for _, content := range []string{"", "hello\n", "lpt$vpn\x00\xff"} {
		h := must(o.objects().put(plumbing.BlobObject, []byte(content)))
		expect(t, "hash", h.String(), o.gitWith(content, "hash-object", "--stdin"))
		expect(t, "size", o.git("cat-file", "-s", h.String()), strconv.Itoa(len(content)))
		expect(t, "kind", o.git("cat-file", "-t", h.String()), "blob")
	}
	o.git("fsck", "--strict")
}

func TestPendingWritesNothingBeforeFlush(t *testing.T) {
	o := newOracle(t)
	var p pending
	blob := p.add(plumbing.BlobObject, []byte("one\n"))
	tree := p.add(plumbing.TreeObject, append([]byte("100644 one\x00"), blob[:]...))
	if kind, data, ok := p.get(blob); !ok || kind != plumbing.BlobObject || string(data) != "one\n" {
		t.Errorf("get: %v %q %v", kind, data, ok)
	}
	if _, err := os.Stat(o.objects().file(tree)); err == nil {
		t.Fatal("the tree is there before flush")
	}
	if err := p.flush(o.objects()); err != nil {
		t.Fatal(err)
	}
	expect(t, "tree", o.git("ls-tree", tree.String()), "100644 blob "+blob.String()+"\tone")
}

func TestAnEmptyLeftoverIsReplaced(t *testing.T) {
	o := newOracle(t)
	h := must(o.objects().put(plumbing.BlobObject, []byte("x")))
	os.Remove(o.objects().file(h))
	if err := os.WriteFile(o.objects().file(h), nil, 0o444); err != nil {
		t.Fatal(err)
	}
	must(o.objects().put(plumbing.BlobObject, []byte("x")))
	expect(t, "content", o.git("cat-file", "blob", h.String()), "x")
}

// put makes one small object durable.
func (o objectDir) put(kind plumbing.ObjectType, data []byte) (plumbing.Hash, error) {
	var p pending
	h := p.add(kind, data)
	return h, p.flush(o)
}
