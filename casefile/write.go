package casefile

import "strings"

// Write is a record in the canonical form: keys in the order of the fields, absent ones
// left out, two spaces of indentation, LF.
func Write(r Record) []byte {
	var w writer
	w.fields(r.fields(), "")
	return w.text
}

type writer struct{ text []byte }

const indentation = "  "

func (w *writer) line(parts ...string) {
	for _, part := range parts {
		w.text = append(w.text, part...)
	}
	w.text = append(w.text, '\n')
}

func (w *writer) fields(fields []field, indent string) {
	for _, f := range fields {
		w.field(f, indent)
	}
}

func (w *writer) field(f field, indent string) {
	if !f.present() {
		return
	}
	if f.scalar != nil {
		w.line(indent, f.key, ": ", f.scalar.spell(false))
		return
	}
	before := len(w.text)
	w.line(indent, f.key, ":")
	header := len(w.text)
	if f.group != nil {
		w.fields(f.group.make(), indent+indentation)
	} else {
		w.items(f.list, 0, indent+indentation)
	}
	if len(w.text) == header { // a key alone would be an empty value
		w.text = w.text[:before]
	}
}

// items writes the items of a list from one on.
func (w *writer) items(l *list, from int, indent string) {
	for i := from; i < l.len(); i++ {
		item := l.item(i)
		if item.scalar != nil {
			w.line(indent, "- ", item.scalar.spell(false))
			continue
		}
		start := len(w.text)
		w.fields(item.group.make(), indent+indentation)
		if len(w.text) > start {
			w.text[start+len(indent)] = '-'
		}
	}
}

func (s *scalar) spell(flow bool) string { return s.kind.spell(s.get(), flow) }

// flow is the value of a field in flow style; json asks for double quotes everywhere.
func (f field) flow(json bool) string {
	switch {
	case f.scalar != nil && json && f.scalar.kind != number:
		return double(f.scalar.get())
	case f.scalar != nil:
		return f.scalar.spell(true)
	case f.group != nil:
		return flowFields(f.group.make(), json)
	}
	return "[" + flowItems(f.list, 0, json) + "]"
}

func flowFields(fields []field, json bool) string {
	var parts []string
	for _, f := range fields {
		if f.present() {
			parts = append(parts, f.flowKey(json)+f.flow(json))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (f field) flowKey(json bool) string {
	if json {
		return double(f.key) + ": "
	}
	return f.key + ": "
}

func flowItems(l *list, from int, json bool) string {
	var parts []string
	for i := from; i < l.len(); i++ {
		parts = append(parts, l.item(i).flow(json))
	}
	return strings.Join(parts, ", ")
}
