package casefile

// Difference is one value that two records do not share.
type Difference struct {
	Field string `json:"field"` // as in "closing.reason"
	From  string `json:"from"`  // "" where there was none
	To    string `json:"to"`    // "" where there is none any more
}

// Diff is what differs between two records of one kind, in the order of their fields;
// from may be nil, and then everything was added.
func Diff(from, to Record) []Difference {
	var d differ
	if from == nil {
		eachScalar(to.fields(), "", d.added)
	} else {
		d.fields(from.fields(), to.fields(), "")
	}
	return d.found
}

type differ struct{ found []Difference }

func (d *differ) note(name, from, to string) {
	if from != to {
		d.found = append(d.found, Difference{name, from, to})
	}
}

func (d *differ) added(name string, f field)   { d.note(name, "", f.scalar.get()) }
func (d *differ) removed(name string, f field) { d.note(name, f.scalar.get(), "") }

// fields compares two groups, either of which may be absent.
func (d *differ) fields(from, to []field, prefix string) {
	switch {
	case from == nil:
		eachScalar(to, prefix, d.added)
	case to == nil:
		eachScalar(from, prefix, d.removed)
	default:
		for i := range to {
			d.field(from[i], to[i], under(prefix, to[i].key))
		}
	}
}

func (d *differ) field(from, to field, name string) {
	switch {
	case to.scalar != nil:
		d.note(name, from.scalar.get(), to.scalar.get())
	case to.group != nil:
		d.fields(from.inside(), to.inside(), name)
	default:
		d.items(from.list, to.list, name)
	}
}

func (d *differ) items(from, to *list, name string) {
	for i := range max(from.len(), to.len()) {
		switch name := itemName(name, i); {
		case i >= from.len():
			to.item(i).eachScalar(name, d.added)
		case i >= to.len():
			from.item(i).eachScalar(name, d.removed)
		default:
			d.field(from.item(i), to.item(i), name)
		}
	}
}
