package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

func TestValidateFindsEverything(t *testing.T) {
	t.Parallel()
	const sum = "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0" // of "aaa"
	for _, test := range []struct {
		name string
		soil func(b *book)
		want string // the problems, one a line
	}{
		{"a sound casebook with extras", func(b *book) {
			b.write("README.md", "hello")
			b.write(".github/workflows/ci.yml", "on: push")
			b.write("docs/how.md", "so")
			b.write("LICENSE", "none")
		}, ""},
		{"files that belong nowhere", func(b *book) {
			b.write("customers/acme/notes.txt", "x")
			b.write("customers/acme/cases/2026-11/Odd Name.yaml", "x")
			b.write("operators/x/y.yaml", "x")
			b.write("surprise", "x")
		}, `customers/acme/cases/2026-11/Odd Name.yaml: bad case key "Odd Name": it is YYYYMMDD-endpoint, as in 20261123-ws-017
customers/acme/notes.txt: belongs nowhere in a casebook
operators/x/y.yaml: belongs nowhere in a casebook
surprise: belongs nowhere in a casebook`},
		{"a case filed under the wrong month", func(b *book) {
			b.git("mv", "customers/acme/cases/2026-11/", "customers/acme/cases/2026-12")
		}, `customers/acme/cases/2026-12/20261123-ws-017.yaml: case 20261123-ws-017 is filed under 2026-12, it belongs under 2026-11
customers/acme/patterns/1/pattern.yaml:11:9: target.case: acme has no case 20261123-ws-017`},
		{"links and executables", func(b *book) {
			must(0, os.Chmod(filepath.Join(b.Root(), "customers/acme/customer.yaml"), 0o755))
			b.replaceByLink("customers/acme/patterns/1/lpt$vpn.123")
		}, `customers/acme/customer.yaml: is executable, and must be a plain file
customers/acme/patterns/1/lpt$vpn.123: is a symbolic link, and must be a plain file`},
		{"bytes of the right size and another digest", func(b *book) {
			b.write("customers/acme/patterns/1/lpt$vpn.123", "aaa")
		}, `customers/acme/patterns/1/pattern.yaml:7:11: file.sha256: lpt$vpn.123 has the SHA-256 ` + sum},
		{"bytes of another size", func(b *book) {
			b.write("customers/acme/patterns/1/lpt$vpn.123", "longer")
		}, `customers/acme/patterns/1/pattern.yaml:6:9: file.size: lpt$vpn.123 has 6 bytes`},
		{"a pointer to bytes", func(b *book) {
			b.write("customers/acme/patterns/1/lpt$vpn.123", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n")
		}, `customers/acme/patterns/1/lpt$vpn.123: is a git LFS pointer, not the pattern`},
		{"a second file beside the record", func(b *book) {
			b.write("customers/acme/patterns/1/other", "x")
		}, `customers/acme/patterns/1/other: is not the file that the entry's record names`},
		{"bytes without a record", func(b *book) {
			b.write("customers/acme/patterns/2/bytes", "x")
		}, `customers/acme/patterns/2/pattern.yaml: missing: every entry has one`},
		{"no casebook.yaml", func(b *book) { b.git("rm", "-q", casefile.BookFile) },
			`casebook.yaml: missing: every casebook has one`},
		{"an operator for nobody", func(b *book) {
			o := &casefile.Operator{Name: "jane", TokenSHA256: digestOf('c'), Added: casefile.At(testNow), Customers: []casefile.Account{"acme", "nobody"}}
			b.write(o.Path(), string(casefile.Write(o)))
		}, `operators/jane.yaml:5:5: customers[1]: there is no customer nobody`},
		{"names that differ in case", func(b *book) { b.write("readme.MD", "x"); b.write("README.md", "x") },
			`readme.MD: some file systems cannot tell it from README.md`},
		{"names that differ in how they are written", func(b *book) { b.write("docs/\u00e9.md", "x"); b.write("docs/e\u0301.md", "x") },
			"docs/\u00e9.md: some file systems cannot tell it from e\u0301.md"},
		{"a delivery among what is wanted", func(b *book) {
			d := &casefile.Delivery{Account: "acme", Pattern: 1, Mitigator: "tm-01", Receipts: []casefile.Receipt{{Event: casefile.EventFailed, At: casefile.At(testNow)}}}
			b.write(d.Path(), string(casefile.Write(d)))
		}, `customers/acme/deliveries/1/tm-01.yaml: belongs on the branch deliveries`},
		{"a broken record", func(b *book) { b.write("customers/acme/customer.yaml", "company: [\n") }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			need(t, "git")
			b.upload(b.receive("ws-017"), "lpt$vpn.123", "xyz")
			test.soil(b)
			inTree := must(b.ValidateWorkTree())
			b.git("add", "-A")
			b.git("commit", "-q", "--allow-empty", "-m", "soiled")
			s := must(b.Snapshot(""))
			defer s.Close()
			inCommit := must(s.Validate())
			expect(t, "commit and work tree agree", inCommit.Error(), inTree.Error())
			if test.name == "a broken record" {
				expect(t, "problems", len(inCommit), 1)
				return
			}
			expect(t, "problems", strings.TrimSpace(inCommit.Error()), test.want)
		})
	}
}

func TestValidateSeesWhatIsNotCheckedOut(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	need(t, "git")
	b.upload(b.receive("ws-017"), "lpt$vpn.123", "xyz")
	b.git("sparse-checkout", "set", "--no-cone", "/casebook.yaml", "/customers/acme/patterns/1/pattern.yaml")
	expect(t, "problems", must(b.ValidateWorkTree()).Error(), "")
	b.git("sparse-checkout", "disable")
	b.git("update-index", "--add", "--cacheinfo", "160000,"+must(b.Tip("main"))+",customers/acme/operators")
	expect(t, "problems", must(b.ValidateWorkTree()).Error(),
		"customers/acme/operators: is a submodule, and must be a plain file")
}

// Each problem once cost a reading of its whole file: minutes for a list like this one.
func TestValidateReadsALongListOnce(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	o := &casefile.Operator{Name: "jane", TokenSHA256: digestOf('c'), Added: casefile.At(testNow)}
	for i := range 3000 {
		o.Customers = append(o.Customers, casefile.Account(fmt.Sprintf("nobody-%d", i)))
	}
	b.write(o.Path(), string(casefile.Write(o)))
	start := time.Now()
	problems := must(b.ValidateWorkTree())
	expect(t, "problems", len(problems), 3000)
	expect(t, "the last one's line", problems[2999].Line, 3003)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func (b *book) replaceByLink(name string) {
	file := filepath.Join(b.Root(), name)
	must(0, os.Remove(file))
	must(0, os.Symlink("/etc/passwd", file))
}

func TestIgnoredFilesAreNoStrays(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.upload(b.receive("ws-017"), "x.log", "bytes that a .gitignore also fits")
	b.write(".gitignore", "*.log\n*.swp\n")
	b.write("customers/acme/.customer.yaml.swp", "x")
	expect(t, "problems", must(b.ValidateWorkTree()).Error(), "")
}

func TestCustomerTellsOneCustomersProblems(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.change("customer add", func(tx *Tx) error {
		return tx.Put(&casefile.Customer{Account: "zeta", Company: "Zeta"})
	})
	b.upload(b.receive("ws-017"), "lpt$vpn.123", "xyz")
	b.write("customers/zeta/customer.yaml", "nonsense: 1\n")
	b.write("customers/acme/patterns/1/lpt$vpn.123", "longer")
	b.git("commit", "-qam", "soiled")
	s := must(b.Snapshot("main"))
	defer s.Close()
	held, problems, err := s.Customer("acme")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "list", len(held.List()), 1)
	expect(t, "problems", problems.Error(), "customers/acme/patterns/1/pattern.yaml:6:9: file.size: lpt$vpn.123 has 6 bytes")
	_, gone, err := s.Customer("nobody")
	expect(t, "problems of nobody", gone.Error(), "")
	expect(t, "error", err, nil)
	if s.CustomerTree("acme") == "" || s.CustomerTree("nobody") != "" {
		t.Errorf("trees: %q and %q", s.CustomerTree("acme"), s.CustomerTree("nobody"))
	}
}
