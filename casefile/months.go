package casefile

import (
	"iter"
	"maps"
)

// Months hold something for each of many cases, by the months of their keys. A copy shares
// all months but those in which something is put: however many cases there are, to have
// one more costs no more than a month of them.
type Months[V any] struct {
	of    map[string]map[Key]V
	owned map[string]bool // of a copy: the months that are its own; nil where all are
	count int
}

// month is the part of a key that begins the name of its month.
func month(k Key) string { return string(k[:min(len("202611"), len(k))]) }

// Get is what is held for a case; the zero value where there is nothing.
func (m *Months[V]) Get(k Key) V { return m.of[month(k)][k] }

// Has reports whether anything is held for a case.
func (m *Months[V]) Has(k Key) bool {
	_, ok := m.of[month(k)][k]
	return ok
}

// Len is for how many cases something is held.
func (m *Months[V]) Len() int { return m.count }

// All is what is held, in no order.
func (m *Months[V]) All() iter.Seq2[Key, V] {
	return func(yield func(Key, V) bool) {
		for _, in := range m.of {
			for k, v := range in {
				if !yield(k, v) {
					return
				}
			}
		}
	}
}

func (m *Months[V]) put(k Key, v V) {
	name := month(k)
	if m.of == nil {
		m.of = map[string]map[Key]V{}
	}
	in := m.of[name]
	if in == nil || m.owned != nil && !m.owned[name] {
		if in = maps.Clone(in); in == nil {
			in = map[Key]V{}
		}
		m.of[name] = in
		if m.owned != nil {
			m.owned[name] = true
		}
	}
	if _, there := in[k]; !there {
		m.count++
	}
	in[k] = v
}

// copy is one that may be changed while this one is read.
func (m *Months[V]) copy() Months[V] {
	return Months[V]{maps.Clone(m.of), map[string]bool{}, m.count}
}
