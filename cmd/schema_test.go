package cmd_test

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"testing"

	"casebook/casefile"
)

// The kind that the settings give a file is the kind that its path gives it.
func TestEditorsFindTheSchemaOfEachFile(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "init")
	text, err := os.ReadFile(filepath.Join(dir, ".vscode", "settings.json"))
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		Schemas map[string]string `json:"yaml.schemas"`
	}
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	if len(settings.Schemas) != len(casefile.Kinds)-1 { // deliveries are written by the server alone
		t.Errorf("%d schemas", len(settings.Schemas))
	}
	for kind, rec := range map[string]casefile.Record{
		"book": &casefile.Book{}, "customer": &casefile.Customer{Account: "acme"},
		"mitigator": &casefile.Mitigator{Account: "acme", Name: "tm-01"}, "operator": &casefile.Operator{Name: "jane"},
		"case": &casefile.Case{Account: "acme", Key: "20261123-ws"}, "pattern": &casefile.Pattern{Account: "acme", ID: 1},
	} {
		schema := ".casebook/schemas/" + kind + ".json"
		for by, files := range settings.Schemas {
			if fits, _ := path.Match(files, rec.Path()); fits != (by == "./"+schema) {
				t.Errorf("%s by %s: %v", rec.Path(), by, fits)
			}
		}
		want, err := casefile.Schema(kind)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, schema)); err != nil || string(got) != string(want) {
			t.Errorf("%s is not what casebook schema %s prints: %v", schema, kind, err)
		}
	}
}
