package casefile

import (
	"maps"
	"slices"
)

// With are the holdings with records that are new or changed, if they are then still good:
// those records are checked, and what refers to them, so that it costs no more than they do.
// The holdings must have been checked and found good. Where that is not so, where they would
// not be good any more, or where these records alone do not tell, there are none.
func (h *Holdings) With(changed []Record) *Holdings {
	if h.list == nil {
		return nil
	}
	next := *h
	next.Cases, next.entries, next.list = h.Cases.copy(), h.entries.copy(), slices.Clone(h.list)
	if includes[*Mitigator](changed) {
		next.Mitigators = maps.Clone(h.Mitigators)
	}
	if includes[*Pattern](changed) {
		next.Patterns = maps.Clone(h.Patterns)
	}
	touched := map[Key]bool{} // cases in which anything changed, or in their entries
	for _, r := range changed {
		if !next.change(r, touched) {
			return nil
		}
	}
	if !next.stillGood(changed, touched) {
		return nil
	}
	next.relist(touched)
	return &next
}

func includes[R Record](changed []Record) bool {
	return slices.ContainsFunc(changed, func(r Record) bool { _, is := r.(R); return is })
}

func (h *Holdings) change(r Record, touched map[Key]bool) bool {
	switch r := r.(type) {
	case *Customer:
		h.Customer = r
	case *Mitigator:
		h.Mitigators[r.Name] = r
	case *Case:
		touched[r.Key] = true
		h.Cases.put(r.Key, r)
	case *Pattern:
		key := r.Target.Case
		touched[key] = true
		if was := h.Patterns[r.ID]; was != nil && !sameBytes(was, r) {
			return false // another entry may be a reissue of it
		}
		h.entries.put(key, with(h.entries.Get(key), r))
		h.Patterns[r.ID] = r
	default:
		return false
	}
	return true
}

// sameBytes reports whether two entries are for the same case and of the same bytes.
func sameBytes(a, b *Pattern) bool {
	return a.Target.Case == b.Target.Case && (a.File == nil) == (b.File == nil) && (a.File == nil || *a.File == *b.File)
}

// with is a list, by ID, with an entry in its place.
func with(list []*Pattern, p *Pattern) []*Pattern {
	at, there := slices.BinarySearchFunc(list, p, byID)
	list = slices.Clone(list)
	if there {
		list[at] = p
		return list
	}
	return slices.Insert(list, at, p)
}

func (h *Holdings) stillGood(changed []Record, touched map[Key]bool) bool {
	for _, r := range changed {
		switch r := r.(type) {
		case *Pattern:
			if int(r.ID) > len(h.Patterns) || len(h.checkPattern(r)) > 0 { // IDs count without gaps
				return false
			}
		case *Mitigator:
			if len(h.checkMitigators()) > 0 {
				return false
			}
		}
	}
	for key := range touched {
		if c := h.Cases.Get(key); c == nil || len(h.checkCase(c, false)) > 0 {
			return false
		}
	}
	return true
}

// relist puts the entries of touched cases onto the list, or takes them off.
func (h *Holdings) relist(touched map[Key]bool) {
	for key := range touched {
		for _, p := range h.entries.Get(key) {
			at, there := slices.BinarySearchFunc(h.list, p, byID)
			switch on := h.listed(p); {
			case on && there:
				h.list[at] = p
			case on:
				h.list = slices.Insert(h.list, at, p)
			case there:
				h.list = slices.Delete(h.list, at, at+1)
			}
		}
	}
}
