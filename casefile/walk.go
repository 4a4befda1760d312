package casefile

import "strconv"

// eachScalar visits the scalars of fields in their order, absent ones too, under names
// such as "closing.reason" and "receipts[2].event"; absent groups are passed over.
func eachScalar(fields []field, prefix string, visit func(name string, f field)) {
	for _, f := range fields {
		f.eachScalar(under(prefix, f.key), visit)
	}
}

func (f field) eachScalar(name string, visit func(name string, f field)) {
	switch {
	case f.scalar != nil:
		visit(name, f)
	case f.list != nil:
		for i := range f.list.len() {
			f.list.item(i).eachScalar(itemName(name, i), visit)
		}
	case f.group.present():
		eachScalar(f.group.make(), name, visit)
	}
}

// present reports whether the field's key has a value.
func (f field) present() bool {
	switch {
	case f.scalar != nil:
		return f.scalar.get() != ""
	case f.list != nil:
		return f.list.len() > 0
	}
	return f.group.present()
}

// inside are the fields of a group, none where it is absent.
func (f field) inside() []field {
	if !f.group.present() {
		return nil
	}
	return f.group.make()
}

func under(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

func itemName(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
