package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms are the folders of the house; each may import only what stands to its right.
var rooms = []string{"examples", "main", "cmd", "serve", "repo", "casefile"}

// doors say which room a library may enter by; "test" is for test files of any room.
var doors = map[string]string{
	"github.com/urfave/cli/v2":                 "cmd",
	"github.com/vbauerster/mpb/v8":             "cmd",
	"github.com/mattn/go-isatty":               "cmd",
	"golang.org/x/term":                        "cmd",
	"github.com/labstack/echo/v4":              "serve",
	"github.com/fsnotify/fsnotify":             "serve",
	"github.com/dustin/go-humanize":            "serve",
	"github.com/gofrs/flock":                   "serve",
	"github.com/cenkalti/backoff/v5":           "serve",
	"github.com/prometheus/client_golang":      "serve",
	"github.com/go-git/go-git/v5":              "repo",
	"github.com/go-git/go-billy/v5":            "repo",
	"github.com/hiddeco/sshsig":                "repo",
	"github.com/ProtonMail/go-crypto":          "repo",
	"golang.org/x/crypto":                      "repo",
	"golang.org/x/text":                        "repo",
	"github.com/klauspost/compress":            "repo",
	"gopkg.in/yaml.v3":                         "casefile",
	"github.com/rogpeppe/go-internal":          "test",
	"pgregory.net/rapid":                       "test",
	"github.com/santhosh-tekuri/jsonschema/v6": "test",
	"github.com/getkin/kin-openapi":            "test",
	"go.yaml.in/yaml/v4":                       "test", // what kin-openapi reads with
	"github.com/chromedp/chromedp":             "test",
	"github.com/chromedp/cdproto":              "test",
	"golang.org/x/net":                         "test",
}

// Names that say nothing, and so end up holding everything.
var badNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "types"}

// usual is what may lie at the top of the repository beside the rooms.
var usual = []string{
	"main.go", "main_test.go", "go.mod", "go.sum",
	"README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md",
}

func TestTheHouseKeepsItsDoors(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(file) != ".go":
			return nil
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		file = filepath.ToSlash(file)
		seen[room(file)] = true
		for _, b := range breaches(file, string(src)) {
			t.Errorf("%s: %s", file, b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		if !seen[r] {
			t.Errorf("no Go file of %s was looked at", r)
		}
	}
}

func TestTheTopOfTheHouseIsTidy(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	ignore, err := os.ReadFile(".gitignore")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."), e.IsDir() && name != "main" && slices.Contains(rooms, name):
		case !e.IsDir() && (slices.Contains(usual, name) || ignored(name, string(ignore))):
		default:
			t.Errorf("%s does not belong at the top of the repository", name)
		}
	}
}

// ignored knows the few forms of pattern that our .gitignore has.
func ignored(name, ignore string) bool {
	for pattern := range strings.Lines(ignore) {
		if ok, _ := path.Match(strings.TrimPrefix(strings.TrimSpace(pattern), "/"), name); ok {
			return true
		}
	}
	return false
}

func TestTheCheckItselfCanFail(t *testing.T) {
	for _, c := range []struct{ name, file, src, want string }{
		{"to the right", "cmd/a.go", `package cmd; import "casebook/serve/mitigator"`, ""},
		{"within a room", "serve/a.go", `package serve; import "casebook/serve/console"`, ""},
		{"to the left", "casefile/a.go", `package casefile; import "casebook/repo"`, "casefile must not import casebook/repo"},
		{"to the left, from a folder within", "serve/mitigator/a.go", `package mitigator; import "casebook/cmd"`, "serve must not import casebook/cmd"},
		{"to the left, from a test", "repo/a_test.go", `package repo; import "casebook/serve"`, "repo must not import casebook/serve"},
		{"the program itself", "cmd/a.go", `package cmd; import "casebook"`, "cmd must not import casebook"},
		{"a room that is none", "cmd/a.go", `package cmd; import "casebook/store"`, "cmd must not import casebook/store"},
		{"a library by its door", "repo/a.go", `package repo; import "github.com/go-git/go-git/v5/plumbing"`, ""},
		{"a library by another door", "serve/a.go", `package serve; import "github.com/go-git/go-git/v5"`, "github.com/go-git/go-git/v5 belongs in repo"},
		{"a library by another door, in a test", "cmd/a_test.go", `package cmd; import y "gopkg.in/yaml.v3"`, "gopkg.in/yaml.v3 belongs in casefile"},
		{"a library without a door", "cmd/a.go", `package cmd; import _ "github.com/spf13/viper"`, "github.com/spf13/viper has no door"},
		{"a name that only begins like a library's", "repo/a.go", `package repo; import "github.com/go-git/go-git/v5x"`, "github.com/go-git/go-git/v5x has no door"},
		{"a test library in a test", "cmd/a_test.go", `package cmd; import "pgregory.net/rapid"`, ""},
		{"a test library in the program", "cmd/a.go", `package cmd; import "pgregory.net/rapid"`, "pgregory.net/rapid belongs in test files"},
		{"the standard library", "casefile/a.go", `package casefile; import "net/http"`, ""},
		{"another language's door", "casefile/a.go", `package casefile; import "C"`, "cgo is not used here"},
		{"a package that says nothing", "cmd/util/a.go", `package util`, "util says nothing as a package name"},
		{"a folder that is no room", "store/a.go", `package store`, "store is not a room of the house"},
		{"a file at the top", "extra.go", `package main`, ""}, // the listing above refuses it
	} {
		if got := strings.Join(breaches(c.file, c.src), "; "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// breaches are the rules of the house that one file breaks.
func breaches(file, src string) []string {
	f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	if name := strings.TrimSuffix(f.Name.Name, "_test"); slices.Contains(badNames, name) {
		found = append(found, name+" says nothing as a package name")
	}
	here := room(file)
	if !slices.Contains(rooms, here) {
		return append(found, here+" is not a room of the house")
	}
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if b := breach(here, imported, strings.HasSuffix(file, "_test.go")); b != "" {
			found = append(found, b)
		}
	}
	return found
}

func breach(here, imported string, test bool) string {
	switch first, _, _ := strings.Cut(imported, "/"); {
	case imported == "C":
		return "cgo is not used here"
	case first == "casebook":
		there, _, _ := strings.Cut(strings.TrimPrefix(imported, "casebook/"), "/")
		if i := slices.Index(rooms, there); i <= 1 || i < slices.Index(rooms, here) {
			return here + " must not import " + imported
		}
		return ""
	case !strings.Contains(first, "."):
		return "" // the standard library
	}
	switch door := doorOf(imported); {
	case door == "":
		return imported + " has no door"
	case door == "test" && !test:
		return imported + " belongs in test files"
	case door != "test" && door != here:
		return imported + " belongs in " + door
	}
	return ""
}

func doorOf(imported string) string {
	for library, door := range doors {
		if imported == library || strings.HasPrefix(imported, library+"/") {
			return door
		}
	}
	return ""
}

// room is the top folder of a file; main for what lies at the top itself.
func room(file string) string {
	top, _, nested := strings.Cut(file, "/")
	if !nested {
		return "main"
	}
	return top
}
