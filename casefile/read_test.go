package casefile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Every broken file causes the complaints that stand beside it.
func TestBadFiles(t *testing.T) {
	for name, src := range files(t, "bad/*.yaml") {
		t.Run(name, func(t *testing.T) {
			r, ps := Read(pathOf(t, name), src)
			if len(ps) == 0 {
				t.Fatal("nothing is wrong with it")
			}
			golden(t, "bad/"+strings.TrimSuffix(name, ".yaml")+".txt", complaints(ps))
			if r == nil {
				return
			}
			if got, err := Splice(src, r); err == nil {
				t.Errorf("spliced nevertheless:\n%s", got)
			}
		})
	}
}

func complaints(ps Problems) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%s\n  %s\n", strings.TrimPrefix(p.String(), p.File), p.Rule)
		if p.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", p.Hint)
		}
	}
	return b.String()
}

func TestGoodFiles(t *testing.T) {
	for name, src := range files(t, "good/*.yaml") {
		t.Run(name, func(t *testing.T) {
			r := mustRead(t, pathOf(t, name), src)
			if ps := Validate(r); len(ps) > 0 {
				t.Fatalf("valid as a file, but not as a record: %v", ps)
			}
			same(t, mustRead(t, r.Path(), Write(r)), r)
			if strings.HasSuffix(name, "-canonical.yaml") && !bytes.Equal(Write(r), src) {
				t.Errorf("not the canonical form, which is\n%s", Write(r))
			}
		})
	}
}

func TestPathsWithoutARecord(t *testing.T) {
	for _, path := range []string{"", "README.md", "customers/acme", "customers/ACME/customer.yaml", "customers/acme/cases/2026-12/20261123-ws-017.yaml",
		"customers/acme/patterns/0/pattern.yaml", "customers/acme/patterns/3/other.yaml", "operators/.yaml", "customers/acme/deliveries/3/TM.yaml"} {
		if r, ps := Read(path, []byte("a: b")); r != nil || len(ps) != 1 || ps[0].Rule != RuleStrayFile || ps[0].File != path {
			t.Errorf("%q: %v %v", path, r, ps)
		}
	}
}

func TestSizeLimits(t *testing.T) {
	long := bytes.Repeat([]byte("# x\n"), MaxFile/4+1)
	if _, ps := Read(pathOf(t, "case-"), long); len(ps) != 1 || ps[0].Rule != RuleTooLarge {
		t.Errorf("case: %v", ps)
	}
	receipts := append([]byte("receipts: [{event: failed, at: 2026-11-23T11:00:00Z}]\n"), long...)
	if _, ps := Read(pathOf(t, "delivery-"), receipts); len(ps) != 0 {
		t.Errorf("delivery: %v", ps)
	}
}

// No file takes long, whatever is in it.
func TestHostileFilesAreQuick(t *testing.T) {
	for name, unit := range map[string]string{
		"brackets": "[", "braces": "{", "dashes": "- ", "explicit keys": "? ", "colons": "a: ", "anchors": "&a ", "aliases": "*a ", "tags": "!!a ",
		"comments": "#\n", "commented lines": "a: b # c\n", "quotes": "'", "open quote": "\"\n", "keys": "a: b\n", "flow keys": "{a: b},", "é": "é",
		"one long flow line": "{é: b, ", "block text": "a: |\n b\n", "dots": "...\n", "documents": "---\na: b\n", "percent": "%\n", "control": "\x01\n", "items": "- a #\n",
	} {
		t.Run(name, func(t *testing.T) {
			src := []byte(strings.Repeat(unit, MaxFile/4/len(unit)))
			start := time.Now()
			if _, ps := Read(pathOf(t, "case-"), src); len(ps) == 0 {
				t.Error("nothing is wrong with it")
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// A problem found between files is placed where its key is.
func TestPlace(t *testing.T) {
	src := readFile(t, "testdata/good/case-closed.yaml")
	delivery := readFile(t, "testdata/good/delivery-flow.yaml")
	for _, c := range []struct {
		src          []byte
		field        string
		line, column int
	}{
		{src, "status", 16, 9},
		{src, "closing", 2, 1},
		{src, "closing.from", 11, 9},
		{src, "forensic_data", 12, 1},
		{src, "forensic_data.size", 12, 41},
		{src, "forensic_data.missing", 12, 1},
		{src, "case_id", 1, 1},
		{delivery, "receipts[1].event", 2, 11},
		{delivery, "receipts[9].event", 1, 1},
		{src, "", 0, 0},
		{[]byte("a: ["), "a", 0, 0},
		{[]byte("\xff"), "a", 0, 0},
		{nil, "a", 0, 0},
	} {
		p := Problem{Field: c.field}
		Place(c.src, &p)
		if p.Line != c.line || p.Column != c.column {
			t.Errorf("%q is at %d:%d, want %d:%d", c.field, p.Line, p.Column, c.line, c.column)
		}
	}
}

func TestDiff(t *testing.T) {
	from := mustRead(t, pathOf(t, "case-"), readFile(t, "testdata/good/case-canonical.yaml")).(*Case)
	to := *from
	to.Status, to.Updated = CaseClosed, Time{}
	to.Closing = &Closing{MitigatorNotified, "done", Stamp{testNow, "Jane"}}
	want := []Difference{
		{"status", "mitigator-notified", "case-closed"}, {"updated", "2026-11-23T10:40:12Z", ""},
		{"closing.from", "", "mitigator-notified"}, {"closing.reason", "", "done"}, {"closing.at", "", "2026-11-23T12:00:00Z"}, {"closing.by", "", "Jane"},
	}
	if got := Diff(from, &to); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
	if got := Diff(&to, from); len(got) != len(want) || got[5] != (Difference{"closing.by", "Jane", ""}) {
		t.Errorf("and back: %v", got)
	}
	if got := Diff(nil, from); len(got) != 9 || got[0] != (Difference{"case_id", "", "1-10293847"}) {
		t.Errorf("from nothing: %v", got)
	}
	a, b := &Customer{Contacts: []string{"x", "y"}}, &Customer{Contacts: []string{"z"}}
	if got := fmt.Sprint(Diff(a, b)); got != "[{contacts[0] x z} {contacts[1] y }]" {
		t.Errorf("lists: %v", got)
	}
}

// Whatever Read takes without complaint is a valid record, and is the same once written.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"good/*.yaml", "bad/*.yaml"} {
		for name, src := range files(f, pattern) {
			f.Add(pathOf(f, name), src)
		}
	}
	f.Fuzz(func(t *testing.T, path string, src []byte) {
		r, ps := Read(path, src)
		for _, p := range ps {
			if p.File != path || p.Rule == "" || p.Text == "" || p.Line < 0 || p.Line > bytes.Count(src, []byte("\n"))+2 {
				t.Fatalf("%#v", p)
			}
		}
		if len(ps) > 0 {
			return
		}
		if bad := Validate(r); len(bad) > 0 {
			t.Fatalf("%v\n%s", bad, src)
		}
		same(t, mustRead(t, path, Write(r)), r)
		for _, do := range changes {
			if to := mustRead(t, path, src); do(to) && len(Validate(to)) == 0 {
				checkSplice(t, src, to)
			}
		}
	})
}

func BenchmarkReadCase(b *testing.B) {
	src, path := readFile(b, "testdata/good/case-canonical.yaml"), pathOf(b, "case-")
	b.ReportAllocs()
	for b.Loop() {
		if _, ps := Read(path, src); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
}
