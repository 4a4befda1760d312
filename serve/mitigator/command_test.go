package mitigator

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestMain lets the test binary also be the command that mitigators run, and a mitigator
// that can be killed.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "as-command":
		os.Exit(command(os.Args[2:]))
	case os.Getenv("AS_MITIGATOR") != "":
		c := Config{Servers: []string{os.Getenv("AS_MITIGATOR")}, Token: token, Dir: os.Getenv("AS_DIR"), Exec: os.Getenv("AS_EXEC")}
		for {
			if _, err := Once(context.Background(), c); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	os.Exit(m.Run())
}

// command notes its environment and last word in the folder named first, prints the
// second, and exits with the third.
func command(words []string) int {
	noted := fmt.Sprintln(os.Getenv("CASEBOOK_PATTERN_ID"), os.Getenv("CASEBOOK_PATTERN_TYPE"), os.Getenv("CASEBOOK_PATTERN_VERSION"),
		os.Getenv("CASEBOOK_ENDPOINT"), os.Getenv("CASEBOOK_CASE"), words[len(words)-1])
	name := fmt.Sprintf("run-%s-%d", os.Getenv("CASEBOOK_PATTERN_ID"), time.Now().UnixNano())
	if err := os.WriteFile(filepath.Join(words[0], name), []byte(noted), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	if words[1] == "for ever" {
		time.Sleep(time.Minute)
	}
	fmt.Println("scanning\n" + words[1])
	status, _ := strconv.Atoi(words[2])
	return status
}

// commandIn is the command line that notes its runs in a folder.
func commandIn(t *testing.T, folder, say string, status int) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`'%s' as-command '%s' "%s" %d {}`, self, folder, say, status)
}

// runs are what the command noted.
func runs(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "run-*"))
	if err != nil {
		t.Fatal(err)
	}
	var noted []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		noted = append(noted, string(data))
	}
	return noted
}
