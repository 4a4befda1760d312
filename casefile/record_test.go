package casefile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// kinds are empty records of every kind, in the places where tests keep them.
func kinds() []Record {
	return []Record{
		&Book{}, &Customer{Account: "acme"}, &Mitigator{Account: "acme", Name: "tm-01"}, &Operator{Name: "jane"},
		&Case{Account: "acme", Key: testCase.Key}, &Pattern{Account: "acme", ID: 3},
		&Delivery{Account: "acme", Pattern: 3, Mitigator: "tm-01"},
	}
}

func drawRecord(t *rapid.T) Record {
	r := rapid.SampledFrom(kinds()).Draw(t, "kind")
	fillRecord(t, r)
	return r
}

func fillRecord(t *rapid.T, r Record) {
	fill(t, r.fields())
	switch r := r.(type) {
	case *Book:
		r.Format = Format
	case *Case:
		r.Received = At(time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC))
		if !r.Open() && r.Closing == nil {
			r.Status = NewCaseReceived
		} else if r.Open() {
			r.Closing = nil
		}
	case *Pattern:
		repairPattern(r)
	case *Mitigator:
		if r.Previous != nil && r.Previous.TokenSHA256 == r.TokenSHA256 {
			r.Previous = nil
		}
	}
	if ps := Validate(r); len(ps) > 0 {
		t.Fatal(ps)
	}
}

func repairPattern(p *Pattern) {
	if p.Type.Custom() && p.File == nil {
		p.Type = SmartScan
	}
	if !p.Type.Custom() {
		p.File = nil
	}
	if p.Type == None {
		p.Version = ""
	} else if p.Version == "" {
		p.Version = "1.10"
	}
	p.ReissueOf %= p.ID
}

func fill(t *rapid.T, fields []field) {
	for _, f := range fields {
		fillField(t, f)
	}
}

func fillField(t *rapid.T, f field) {
	if !f.required && f.key != "" && rapid.Bool().Draw(t, "absent") {
		return
	}
	switch {
	case f.scalar != nil:
		f.scalar.set(drawText(t, f.scalar))
	case f.group != nil:
		fill(t, f.group.make())
	default:
		for range rapid.IntRange(1, 3).Draw(t, "items") {
			fillField(t, f.list.append())
		}
	}
}

// tricky are texts that YAML likes to take for something else.
var tricky = []string{
	"ws-017", "a", "yes", "NO", "null", "~", "1.10", "0123", "0x1F", "0o17", "0b11", "1_000", "12:30:45", "1e3", ".5", "+.inf", ".NaN", "-1",
	"2026-11-23", "2026-11-23T09:12:00Z", "2026-11-23 9:12:00", "<<", "=", "- a", "-", "---", "--- a", "...", "? a", ": a", "a: b", "a:", "a:b",
	"a #b", "#a", "a#b", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "@a", "`a", "'a'", `"a"`, `a "b" 'c'`, `\`, `a\nb`, "[a]", "{a}", "a, b", "a]",
	"née", "日本語", "🦀 crab", "a\u00a0b", "\u00a0a", "a\u200bb", "1-10293847", "Jane Doe <jane@acme.example>", "tm-01", "acme",
	"20261123-ws-017", "20261123-ws-018-2", strings.Repeat("0", 64), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
	"one\ntwo", "one\n\n  two\n", "\ttab", "a\tb", " lead", "trail ", "\nlead", "a\n\n\n", "\uffff", "\ufffe", "a:\tb", "a\t#b", "-\ta",
}

func drawText(t *rapid.T, s *scalar) string {
	switch {
	case len(s.words) > 0:
		return rapid.SampledFrom(s.words).Draw(t, "word")
	case s.kind == number:
		return fmt.Sprint(rapid.Int64Range(1, 1<<40).Draw(t, "number"))
	case s.kind == moment:
		return At(time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "time"), 0)).String()
	}
	good := func(text string) bool { _, complaint := s.judge(text); return complaint == "" }
	fitting := rapid.SampledFrom(tricky).Filter(good)
	if good("any: text") {
		fitting = rapid.OneOf(fitting, rapid.StringN(1, 20, -1).Filter(good), rapid.StringOfN(rapid.RuneFrom([]rune(" \n\t#:-'\"\\,[]{}a0é")), 1, 9, -1).Filter(good))
	}
	return fitting.Draw(t, "text")
}

// What is written is read again as the same record, by us and by anyone with a YAML library.
func TestWriteThenRead(t *testing.T) { rapid.Check(t, writeThenRead) }

func FuzzWrite(f *testing.F) { f.Fuzz(rapid.MakeFuzz(writeThenRead)) }

func writeThenRead(t *rapid.T) {
	r := drawRecord(t)
	src := Write(r)
	again, ps := Read(r.Path(), src)
	if len(ps) > 0 {
		t.Fatalf("%v\n%s", ps, src)
	}
	if ds := Diff(again, r); len(ds) > 0 {
		t.Fatalf("%v\n%s", ds, src)
	}
	var others map[string]any
	if err := yaml.Unmarshal(src, &others); err != nil {
		t.Fatal(err)
	}
	eachScalar(r.fields(), "", func(name string, f field) {
		if _, isText := others[name].(string); f.present() && f.scalar.kind != number && f.scalar.kind != moment && !strings.ContainsAny(name, ".[") {
			if !isText || others[name] != f.scalar.get() {
				t.Fatalf("%s is %#v to others\n%s", name, others[name], src)
			}
		}
	})
}

// A file in the canonical form is spliced into the canonical form.
func TestSpliceOfCanonicalIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := drawRecord(t)
		to, _ := Locate(from.Path())
		fillRecord(t, to)
		got, err := Splice(Write(from), to)
		if err != nil {
			t.Fatalf("%v\n%s\nto\n%s", err, Write(from), Write(to))
		}
		if again, ps := Read(to.Path(), got); len(ps) > 0 || len(Diff(again, to)) > 0 {
			t.Fatalf("%v\n%s", ps, got)
		}
	})
}
