package casefile

import (
	"strings"
	"testing"
)

func TestTheKeyOfANewCaseIsTheOneItWouldHaveBeenGiven(t *testing.T) {
	taken := func(k Key) bool { return k == "20261123-ws" || k == "20261123-ws-2" || k == "20261123-ws-4" }
	for _, test := range []struct {
		key      Key
		endpoint string
		want     string
	}{
		{"20261123-ws", "WS", ""},
		{"20261123-ws-2", "WS", ""},
		{"20261123-ws-3", "WS", ""},
		{"20261123-ws-5", "WS", ""},
		{"20261123-ws-2", "WS-2", ""},
		{"20261123-ws-2-2", "WS-2", ""},
		{"20261123-ws-2-3", "WS-2", "20261123-ws-2-2 is not taken"},
		{"20261123-pc-2", "pc", "20261123-pc is not taken"},
		{"20261123-ws-9", "WS", "20261123-ws-8 is not taken"},
		{"20261123-ws-1", "WS", "has the key 20261123-ws"},
		{"20261123-ws-03", "WS", "has the key 20261123-ws"},
		{"20261123-ws-017", "WS-17", "has the key 20261123-ws-17"},
		{"20261123-wsx", "WS", "has the key 20261123-ws"},
		{"20261123-w", "WS", "has the key 20261123-ws"},
		{"20261123-kasse-3-s-d", "Kasse 3 (Süd)", ""},
		{"20261123-endpoint", "机器", ""},
		{Key("20261123-" + strings.Repeat("a", 40) + "-2"), strings.Repeat("a", 60), "is not taken"},
	} {
		got := (&Case{Key: test.key, Endpoint: test.endpoint}).Misnamed(taken)
		if (got == "") != (test.want == "") || !strings.HasSuffix(got, test.want) {
			t.Errorf("%s from %s: %q, want %q", test.key, test.endpoint, got, test.want)
		}
	}
}

func TestAFileInAWrongPlaceBelongsSomewhere(t *testing.T) {
	for file, want := range map[string]string{
		"customers/acme/cases/2026-12/20261123-ws.yaml": "customers/acme/cases/2026-11/20261123-ws.yaml",
		"customers/acme/20261123-ws.yml":                "customers/acme/cases/2026-11/20261123-ws.yaml",
		"customers/acme/cases/2026-11/20261123-WS.yaml": "customers/acme/cases/2026-11/20261123-ws.yaml",
		"customers/acme/customer.yml":                   "customers/acme/customer.yaml",
		"customers/acme/patterns/3.yaml":                "customers/acme/patterns/3/pattern.yaml",
		"customers/Acme/customer.yaml":                  "customers/acme/customer.yaml",
		"operators/Jane.yml":                            "operators/jane.yaml",
		"casebook.yml":                                  "casebook.yaml",
		"customers/acme/notes.txt":                      "",
		"notes.yaml":                                    "",
	} {
		if got := Belongs(file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}
