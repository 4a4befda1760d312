package casefile

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Every file people may write takes every change of a verb.
func TestSpliceKeepsWhatPeopleWrote(t *testing.T) {
	for name, src := range files(t, "good/*.yaml") {
		for change, do := range changes {
			if to := mustRead(t, pathOf(t, name), src); do(to) {
				t.Run(name+" "+change, func(t *testing.T) { checkSplice(t, src, to) })
			}
		}
	}
}

// checkSplice splices, compares with the record, and looks at everything left alone.
func checkSplice(t fataler, src []byte, to Record) []byte {
	t.Helper()
	got, err := Splice(src, to)
	if err != nil {
		t.Fatalf("%v\n%s\nto\n%s", err, src, Write(to))
	}
	from, _ := Read(to.Path(), src)
	again, ps := Read(to.Path(), got)
	if len(ps) > 0 || len(Diff(again, to)) > 0 {
		t.Fatalf("not the record: %v\n%s\nto\n%s", ps, src, got)
	}
	changed := Diff(from, to)
	if len(changed) == 0 && !bytes.Equal(src, got) {
		t.Fatalf("changed without need:\n%s\nto\n%s", src, got)
	}
	before, after := spellings(src, from), spellings(got, to)
	for _, d := range changed {
		before, after = without(before, d.Field), without(after, d.Field)
	}
	if !slices.Equal(before, after) {
		t.Fatalf("spelt or ordered otherwise:\n%q\n%q\nfrom\n%s\nto\n%s", before, after, src, got)
	}
	return got
}

// fataler is what the tests of the library and those of rapid have in common.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// spelling is a value as it stands in a file, with its quotes.
type spelling struct{ name, text string }

// spellings are a file's values in the order of the file.
func spellings(src []byte, r Record) []spelling {
	s := newSource(src)
	root, _ := parse(s)
	starts := map[spelling]int{}
	var found []spelling
	eachScalar(r.fields(), "", func(name string, f field) {
		if f.present() {
			_, n := find(root, name)
			v := spelling{name, string(s.text[s.start(n):s.end(n)])}
			starts[v] = s.start(n)
			found = append(found, v)
		}
	})
	slices.SortFunc(found, func(a, b spelling) int { return starts[a] - starts[b] })
	return found
}

// without leaves out what may be spelt anew: the value that changed, and its whole list.
func without(all []spelling, name string) []spelling {
	list, _, isItem := strings.Cut(name, "[")
	return slices.DeleteFunc(all, func(v spelling) bool {
		return v.name == name || isItem && strings.HasPrefix(v.name, list+"[")
	})
}

// changes are what verbs and people do to a record; each says whether it applies.
var changes = map[string]func(Record) bool{
	"nothing": func(Record) bool { return true },
	"close or reopen": onCase(func(c *Case) {
		c.Updated = testNow
		if c.Closing != nil {
			c.Status, c.Closing = c.Closing.From, nil
			return
		}
		c.Closing = &Closing{c.Status, "done: all of it, \"really\" # yes", Stamp{testNow, "John # Doe"}}
		c.Status = CaseClosed
	}),
	"identify":              onCase(func(c *Case) { c.CaseID = "007" }),
	"identify with a quote": onCase(func(c *Case) { c.CaseID = `it's "7"` }),
	"forget the case id":    onCase(func(c *Case) { c.CaseID = "" }),
	"never updated":         onCase(func(c *Case) { c.Updated = Time{} }),
	"other endpoint":        onCase(func(c *Case) { c.Endpoint = "yes" }),
	"everything about the forensic data": onCase(func(c *Case) {
		c.ForensicData = Forensics{"ü, {1}.zip", 9, Digest(strings.Repeat("0", 64))}
	}),
	"longer reason": onCase(func(c *Case) {
		if c.Closing != nil {
			c.Closing.Reason = "one\n  two\n\n\tthree\n"
		}
	}),
	"withdraw or not": onPattern(func(p *Pattern) {
		if p.Withdrawn == nil {
			p.Withdrawn = &Withdrawal{"no good", Stamp{testNow, "John"}}
		} else {
			p.Withdrawn = nil
		}
	}),
	"resolve or not": onPattern(func(p *Pattern) {
		if p.Target.Resolved == nil {
			p.Target.Resolved = &Stamp{testNow, "John, Doe"}
		} else {
			p.Target.Resolved = nil
		}
	}),
	"other description": onPattern(func(p *Pattern) { p.Description = "'twas: nothing" }),
	"short description": onPattern(func(p *Pattern) { p.Description = "x" }),
	"not a reissue":     onPattern(func(p *Pattern) { p.ReissueOf = 0 }),
	"reissue":           onPattern(func(p *Pattern) { p.ReissueOf = 1 }),
	"other type": onPattern(func(p *Pattern) {
		p.Type, p.Version, p.File = Controlled, "1.10", &File{"a b.c", 5, digestOf}
	}),
	"type none": onPattern(func(p *Pattern) { p.Type, p.Version, p.File = None, "", nil }),
	"two receipts more": onDelivery(func(d *Delivery) {
		d.Receipts = append(d.Receipts, Receipt{Event: EventApplied, At: testNow, Result: "cleaned, [all]"}, Receipt{Event: EventFailed, At: testNow, Version: "1.0"})
	}),
	"first receipt lost":    onDelivery(func(d *Delivery) { d.Receipts = d.Receipts[1:] }),
	"first receipt changed": onDelivery(func(d *Delivery) { d.Receipts[0].At = testNow }),
	"receipt grown":         onDelivery(func(d *Delivery) { d.Receipts[0].Endpoint = "ws-018" }),
	"contact more":          onCustomer(func(c *Customer) { c.Contacts = append(c.Contacts, "a: b") }),
	"contacts swapped":      onCustomer(func(c *Customer) { slices.Reverse(c.Contacts) }),
	"contact less":          onCustomer(func(c *Customer) { c.Contacts = c.Contacts[min(1, len(c.Contacts)):] }),
	"no contacts":           onCustomer(func(c *Customer) { c.Contacts = nil }),
	"other company":         onCustomer(func(c *Customer) { c.Company = "12:30:45" }),
	"customers":             onRecord(func(o *Operator) { o.Customers = append(o.Customers, "initech") }),
	"every customer":        onRecord(func(o *Operator) { o.Customers = nil }),
	"revoke":                onRecord(func(m *Mitigator) { m.Revoked = testNow }),
	"give back":             onRecord(func(m *Mitigator) { m.Revoked = Time{} }),
	"signatures":            onRecord(func(b *Book) { b.Signatures = SignaturesRequired }),
}

func onRecord[R Record](do func(R)) func(Record) bool {
	return func(r Record) bool {
		own, ok := r.(R)
		if ok {
			do(own)
		}
		return ok
	}
}

var (
	onCase     = onRecord[*Case]
	onPattern  = onRecord[*Pattern]
	onDelivery = onRecord[*Delivery]
	onCustomer = onRecord[*Customer]
)
