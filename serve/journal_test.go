package serve

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"casebook/casefile"
)

func lineNumber(n int) line {
	return line{"acme", casefile.PatternID(n), "tm-01", casefile.Receipt{Event: casefile.EventApplied, At: today, Version: fmt.Sprint(n)}}
}

func journalOf(t *testing.T, path string) *journal {
	t.Helper()
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.close() })
	return j
}

func TestAJournalCutAnywhereKeepsItsWholeLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := journalOf(t, path)
	for n := 1; n <= 3; n++ {
		if err := j.append(lineNumber(n)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut <= len(whole); cut += 3 {
		at := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(at, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := openJournal(at)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		want := strings.Count(string(whole[:cut]), "\n")
		if len(again.lines) != want {
			t.Fatalf("cut at %d: %d lines, want %d", cut, len(again.lines), want)
		}
		if err := again.append(lineNumber(9)); err != nil {
			t.Fatal(err)
		}
		again.close()
		if last := journalOf(t, at); len(last.lines) != want+1 || last.lines[want] != lineNumber(9) {
			t.Fatalf("cut at %d and written on: %+v", cut, last.lines)
		}
	}
}

func TestAJournalDropsWhatIsCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := journalOf(t, path)
	for n := 1; n <= 5; n++ {
		if err := j.append(lineNumber(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.drop(3); err != nil {
		t.Fatal(err)
	}
	if err := j.append(lineNumber(6)); err != nil {
		t.Fatal(err)
	}
	for _, lines := range [][]line{j.lines, journalOf(t, path).lines} {
		if len(lines) != 3 || lines[0] != lineNumber(4) || lines[2] != lineNumber(6) {
			t.Errorf("%+v", lines)
		}
	}
}

func TestAJournalThatIsSpoiledInTheMiddleIsNotPassedOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, []byte("{}\nrubbish\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(path); err == nil || !strings.Contains(err.Error(), "journal:2: not a receipt") {
		t.Errorf("error %v", err)
	}
}

func TestAWriteThatFailsIsNotRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := journalOf(t, path)
	if err := j.append(lineNumber(1)); err != nil {
		t.Fatal(err)
	}
	j.f.Close()
	var err error
	if j.f, err = os.Open(path); err != nil { // to be read only
		t.Fatal(err)
	}
	if err := j.append(lineNumber(2)); err == nil || len(j.lines) != 1 {
		t.Errorf("error %v, %d lines", err, len(j.lines))
	}
	if err := j.append(lineNumber(3)); err != nil {
		t.Errorf("and the next: %v", err)
	}
	if again := journalOf(t, path); len(again.lines) != 2 || again.lines[1] != lineNumber(3) {
		t.Errorf("lines %+v", again.lines)
	}
}

func TestAJournalWhoseFolderIsGoneIsWrittenAnew(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "casebook")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "journal")
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	for id := range casefile.PatternID(3) {
		if err := j.append(line{Account: "acme", Pattern: id + 1, Mitigator: "tm-01"}); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(folder, fmt.Sprint(folder, id)); err != nil {
			t.Skip(err) // where open files hold their folder
		}
	}
	if err := j.append(line{Account: "acme", Pattern: 4, Mitigator: "tm-01"}); err != nil {
		t.Fatal(err)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if len(again.lines) != 4 || again.lines[0].Pattern != 1 || again.lines[3].Pattern != 4 {
		t.Errorf("lines %+v", again.lines)
	}
}
