package repo

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestALineThatACrashToreSpoilsNoOther(t *testing.T) {
	first, torn, next := strings.Repeat("1", 40), strings.Repeat("2", 40), strings.Repeat("3", 40)
	for left, want := range map[string][]string{
		"":                                   {next},
		first + " main\n":                    {first, next},
		first + " main\n" + torn[:20]:        {first, next},
		first + " main\n" + torn:             {first, next},
		first + " main\n" + torn + " ma":     {first, next},
		first + " main\n" + torn + " main":   {first, torn, next},
		first + " main\n" + next + " main":   {first, next, next},
		first + " main\n" + next + " main\n": {first, next},
	} {
		s := &State{dir: t.TempDir()}
		if err := os.WriteFile(s.PublishedFile(), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Publish(Publication{Commit: next, Branch: "main"}); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.Published("main"); !slices.Equal(got, want) {
			t.Errorf("after %q: %q, want %q", left, got, want)
		}
	}
}

// Of a line that was torn, the demand may be what is missing.
func TestADemandIsNotTornOff(t *testing.T) {
	s := &State{dir: t.TempDir()}
	p := Publication{strings.Repeat("1", 40), "main", true}
	if err := os.WriteFile(s.PublishedFile(), []byte(p.Commit+" main"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(p); err != nil {
		t.Fatal(err)
	}
	if !s.Demanding(p.Commit) {
		t.Error("forgotten")
	}
}
