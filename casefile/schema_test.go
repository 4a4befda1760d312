package casefile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

func compileSchema(t testing.TB, kind string) *jsonschema.Schema {
	t.Helper()
	text, err := Schema(kind)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("casebook:"+kind, doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("casebook:" + kind)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return compiled
}

// instance is what YAML says, as JSON has it; a time stays text.
func instance(t testing.TB, src []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		t.Fatal(err)
	}
	var of func(n *yaml.Node) any
	of = func(n *yaml.Node) any {
		switch n.Kind {
		case yaml.MappingNode:
			m := map[string]any{}
			for i := 0; i < len(n.Content); i += 2 {
				m[n.Content[i].Value] = of(n.Content[i+1])
			}
			return m
		case yaml.SequenceNode:
			l := []any{}
			for _, item := range n.Content {
				l = append(l, of(item))
			}
			return l
		}
		var v any
		if err := n.Decode(&v); err != nil || n.Tag == stringTag || n.Tag == "!!timestamp" {
			return n.Value
		}
		return v
	}
	return of(doc.Content[0])
}

func kindOf(name string) string { kind, _, _ := strings.Cut(name, "-"); return kind }

func TestSchemaTakesGoodFiles(t *testing.T) {
	for name, src := range files(t, "good/*.yaml") {
		if err := compileSchema(t, kindOf(name)).Validate(instance(t, src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every record that the reader takes, the schemas take too.
func TestSchemaTakesWhatIsWritten(t *testing.T) {
	compiled := map[string]*jsonschema.Schema{}
	for _, kind := range Kinds {
		compiled[kind] = compileSchema(t, kind)
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(Kinds)-1).Draw(t, "kind")
		r := kinds()[i]
		fillRecord(t, r)
		values := map[string]any{}
		if err := yaml.Unmarshal(Write(r), &values); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled[Kinds[i]].Validate(value); err != nil {
			t.Fatalf("%v\n%s", err, Write(r))
		}
	})
}

// Every bad file that is bad for a reason a schema can say is refused by the schema.
func TestSchemaRefusesBadFiles(t *testing.T) {
	sayable := []Rule{RuleUnknownKey, RuleMissingKey, RuleEmptyValue, RuleWrongType, RuleUnquoted, RuleUnknownWord, RuleBadValue, RuleContradiction}
	unsayable := []string{"case-other-day", "pattern-reissue-of-itself", "book-newer", "pattern-device-name", "pattern-file-over-record",
		"case-escaped-control", "case-size-huge", "case-size-underscore", "case-size-hexadecimal", "case-time-no-such-day",
		"case-key-is-a-list", "case-date-as-endpoint", "case-id-like-a-key"}
	tried := 0
	for name, src := range files(t, "bad/*.yaml") {
		_, ps := Read(pathOf(t, name), src)
		strange := slices.ContainsFunc(ps, func(p Problem) bool { return !slices.Contains(sayable, p.Rule) })
		if strange || slices.Contains(unsayable, strings.TrimSuffix(name, ".yaml")) {
			continue
		}
		tried++
		if err := compileSchema(t, kindOf(name)).Validate(instance(t, src)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if tried < 40 {
		t.Errorf("only %d files were tried", tried)
	}
}

func TestSchemaOfUnknownKind(t *testing.T) {
	if _, err := Schema("patern"); err == nil || err.Error() != `unknown kind "patern", did you mean "pattern"?` {
		t.Error(err)
	}
}
