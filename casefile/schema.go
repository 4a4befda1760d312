package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Kinds are the kinds of records that have a schema.
var Kinds = []string{"book", "customer", "mitigator", "operator", "case", "pattern", "delivery"}

func emptyRecord(kind string) Record {
	switch kind {
	case "book":
		return &Book{}
	case "customer":
		return &Customer{}
	case "mitigator":
		return &Mitigator{}
	case "operator":
		return &Operator{}
	case "case":
		return &Case{}
	case "pattern":
		return &Pattern{}
	case "delivery":
		return &Delivery{}
	}
	return nil
}

// Schema is the JSON Schema, draft-07, of a kind of record, for editors and other tools.
// The reader is stricter: it also knows what no schema can say.
func Schema(kind string) ([]byte, error) {
	r := emptyRecord(kind)
	if r == nil {
		return nil, fmt.Errorf("unknown kind %q%s", kind, didYouMean(kind, Kinds))
	}
	s := object(r.fields())
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "casebook " + kind
	if rules := contradictions(kind); rules != nil {
		s["allOf"] = rules
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(s)
	return b.Bytes(), err
}

// schema is a JSON Schema; as a map it is written with its keys in one order always.
type schema map[string]any

func object(fields []field) schema {
	properties, required := schema{}, []string{}
	for _, f := range fields {
		properties[f.key] = f.schema()
		if f.required {
			required = append(required, f.key)
		}
	}
	return schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func (f field) schema() schema {
	var s schema
	switch {
	case f.scalar != nil:
		s = f.scalar.schema()
	case f.group != nil:
		s = object(f.group.make())
	default:
		s = schema{"type": "array", "items": f.list.append().schema(), "minItems": 1}
	}
	s["description"] = f.doc
	return s
}

func (s *scalar) schema() schema {
	switch {
	case s.kind == number:
		return schema{"type": "integer", "minimum": 1}
	case len(s.words) > 0:
		return schema{"enum": s.words}
	}
	return schema{"type": "string", "pattern": s.form}
}

// contradictions are what the checks of a record say between its keys, so far as a schema
// can say it.
func contradictions(kind string) []schema {
	switch kind {
	case "case":
		return []schema{choice("status", []Status{CaseClosed}, needs("closing"), lacks("closing"))}
	case "pattern":
		return []schema{
			choice("type", []Type{None}, lacks("version"), needs("version")),
			choice("type", []Type{Bandage, Controlled}, needs("file"), lacks("file")),
		}
	}
	return nil
}

// choice says what holds if a key has one of some words, and what if not.
func choice[T ~string](key string, words []T, then, otherwise schema) schema {
	return schema{"if": schema{"properties": schema{key: schema{"enum": words}}}, "then": then, "else": otherwise}
}

func needs(key string) schema { return schema{"required": []string{key}} }

func lacks(key string) schema { return schema{"not": needs(key)} }
