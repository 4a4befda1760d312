package casefile

import (
	"fmt"
	"path"
	"strings"
)

// Record is the content of one YAML file of a casebook: a *Book, *Customer, *Mitigator,
// *Operator, *Case, *Pattern or *Delivery.
type Record interface {
	// Path is the file's place in the casebook; it holds the record's identity.
	Path() string
	// fields are the record's keys, bound to its values.
	fields() []field
	// check finds what is wrong between the values of one record.
	check() []flaw
}

// flaw is something wrong with a value of a record, before its place is known.
type flaw struct {
	field string // the key, as in "closing.reason"
	other string // the key it contradicts
	rule  Rule
	text  string
	hint  string
}

// problem is the flaw in a file, not yet placed.
func (fl flaw) problem(file string) Problem {
	return Problem{File: file, Field: fl.field, Rule: fl.rule, Text: fl.field + ": " + fl.text, Hint: fl.hint}
}

// Folders and files of a casebook.
const (
	BookFile       = "casebook.yaml"
	SignersFile    = "allowed_signers"
	AttributesFile = ".gitattributes"
	CustomersDir   = "customers"
	OperatorsDir   = "operators"
	PatternFile    = "pattern.yaml"
)

// CustomerDir is the folder of all that belongs to one customer.
func CustomerDir(a Account) string { return path.Join(CustomersDir, string(a)) }

// PatternsDir is the folder of a customer's pattern entries.
func PatternsDir(a Account) string { return path.Join(CustomerDir(a), "patterns") }

// CasesDir is the folder of a customer's months of cases.
func CasesDir(a Account) string { return path.Join(CustomerDir(a), "cases") }

// MitigatorsDir is the folder of a customer's registered mitigators.
func MitigatorsDir(a Account) string { return path.Join(CustomerDir(a), "mitigators") }

// Path is casebook.yaml.
func (*Book) Path() string { return BookFile }

// Path is customers/ACCOUNT/customer.yaml.
func (c *Customer) Path() string { return path.Join(CustomerDir(c.Account), "customer.yaml") }

// Path is customers/ACCOUNT/mitigators/NAME.yaml.
func (m *Mitigator) Path() string {
	return path.Join(MitigatorsDir(m.Account), string(m.Name)+".yaml")
}

// Path is operators/NAME.yaml.
func (o *Operator) Path() string { return path.Join(OperatorsDir, string(o.Name)+".yaml") }

// Path is customers/ACCOUNT/cases/MONTH/KEY.yaml.
func (c *Case) Path() string {
	return path.Join(CasesDir(c.Account), c.Key.Month(), string(c.Key)+".yaml")
}

// Path is customers/ACCOUNT/patterns/ID/pattern.yaml.
func (p *Pattern) Path() string { return path.Join(p.dir(), PatternFile) }

// FilePath is where the pattern's bytes are, beside its record.
func (p *Pattern) FilePath() string { return path.Join(p.dir(), p.File.Name) }

func (p *Pattern) dir() string { return path.Join(PatternsDir(p.Account), fmt.Sprint(int(p.ID))) }

// Path is customers/ACCOUNT/deliveries/ID/MITIGATOR.yaml, on the deliveries branch.
func (d *Delivery) Path() string {
	return path.Join(CustomerDir(d.Account), "deliveries", fmt.Sprint(int(d.Pattern)), string(d.Mitigator)+".yaml")
}

// Locate is the empty record that belongs at a path, with the identity the path gives it;
// the error says what is wrong with a path at which no record can be.
func Locate(file string) (Record, error) {
	if file == BookFile {
		return &Book{}, nil
	}
	part := strings.Split(file, "/")
	if name, ok := strings.CutSuffix(part[len(part)-1], ".yaml"); ok {
		switch {
		case len(part) == 2 && part[0] == OperatorsDir:
			n, err := ParseName(name)
			return &Operator{Name: n}, err
		case len(part) >= 3 && part[0] == CustomersDir:
			account, err := ParseAccount(part[1])
			if err != nil {
				return nil, err
			}
			return locateInCustomer(account, part[2:], name)
		}
	}
	return nil, errNoRecord
}

func locateInCustomer(account Account, part []string, name string) (Record, error) {
	switch {
	case len(part) == 1 && name == "customer":
		return &Customer{Account: account}, nil
	case len(part) == 2 && part[0] == "mitigators":
		n, err := ParseName(name)
		return &Mitigator{Account: account, Name: n}, err
	case len(part) == 3 && part[0] == "cases":
		key, err := ParseKey(name)
		if err == nil && key.Month() != part[1] {
			err = fmt.Errorf("case %s is filed under %s, it belongs under %s", key, part[1], key.Month())
		}
		return &Case{Account: account, Key: key}, err
	case len(part) == 3 && part[0] == "patterns" && part[2] == PatternFile:
		id, err := ParsePatternID(part[1])
		return &Pattern{Account: account, ID: id}, err
	case len(part) == 3 && part[0] == "deliveries":
		id, err := ParsePatternID(part[1])
		if err != nil {
			return nil, err
		}
		n, err := ParseName(name)
		return &Delivery{Account: account, Pattern: id, Mitigator: n}, err
	}
	return nil, errNoRecord
}

// Belongs is where a file that is in a wrong place would be a record; "" where nobody can tell.
func Belongs(file string) string {
	lower := strings.ToLower(file)
	if stem, ok := strings.CutSuffix(lower, ".yml"); ok {
		lower = stem + ".yaml"
	}
	places := []string{lower}
	if part := strings.Split(lower, "/"); len(part) > 2 && part[0] == CustomersDir {
		account, name := Account(part[1]), strings.TrimSuffix(part[len(part)-1], ".yaml")
		if key, err := ParseKey(name); err == nil {
			places = append(places, (&Case{Account: account, Key: key}).Path())
		}
		places = append(places, path.Join(PatternsDir(account), name, PatternFile))
	}
	for _, place := range places {
		if _, err := Locate(place); err == nil && place != file {
			return place
		}
	}
	return ""
}

var errNoRecord = fmt.Errorf("belongs nowhere in a casebook")

// Validate finds what is wrong with a record's values themselves: what Read would say of
// the file that Write makes of it. Line and column are not set.
func Validate(r Record) Problems {
	var ps Problems
	eachScalar(r.fields(), "", func(name string, f field) {
		text := f.scalar.get()
		if text == "" {
			if f.required {
				ps = append(ps, Problem{File: r.Path(), Field: name, Rule: RuleMissingKey, Text: name + ": missing"})
			}
			return
		}
		if rule, complaint := f.scalar.judge(text); complaint != "" {
			ps = append(ps, Problem{File: r.Path(), Field: name, Rule: rule, Text: name + ": " + complaint})
		}
	})
	for _, fl := range r.check() {
		ps = append(ps, fl.problem(r.Path()))
	}
	return ps
}
