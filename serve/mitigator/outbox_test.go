package mitigator

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"casebook/casefile"
)

// desk takes forensic data in, with faults to order.
type desk struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	answer string
	taken  []string // endpoint, file and bytes
	during func()   // while the body comes in
}

func newDesk(t *testing.T) *desk {
	d := &desk{status: http.StatusCreated, answer: `{"case":"20261123-ws-017"}`}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/cases", func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		sum := sha256.Sum256(body)
		if r.Header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" || r.Header.Get("Authorization") != "Bearer "+token ||
			r.ContentLength != int64(len(body)) {
			t.Errorf("headers %v", r.Header)
		}
		if d.during != nil {
			d.during()
		}
		d.taken = append(d.taken, fmt.Sprintf("%s %s %s", r.URL.Query().Get("endpoint"), r.URL.Query().Get("file"), body))
		w.WriteHeader(d.status)
		fmt.Fprint(w, d.answer)
	})
	mux.HandleFunc("GET /v1/patterns", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"account":"acme","patterns":[]}`)
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

// config is a mitigator that does not wait between two looks.
func (d *desk) config(t *testing.T) Config {
	return Config{
		Servers: []string{d.URL}, Token: token, Dir: t.TempDir(), Watch: t.TempDir(),
		Now:   func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) },
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
}

func put(t *testing.T, folder string, files ...string) {
	t.Helper()
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("bytes of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tree is every file below a folder.
func tree(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func isTree(t *testing.T, folder string, want ...string) {
	t.Helper()
	if got := tree(t, folder); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestForensicDataInTheFolderIsHandedIn(t *testing.T) {
	d := newDesk(t)
	c := d.config(t)
	put(t, c.Watch, "ws-017.zip", "WS 18--20261123.ZIP", ".hidden.zip", "notes.txt", "half.zip.part")
	if err := os.Mkdir(filepath.Join(c.Watch, "folder.zip"), 0o700); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	put(t, filepath.Dir(secret), "secret")
	if err := os.Symlink(secret, filepath.Join(c.Watch, "link.zip")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	did, err := Once(t.Context(), c)
	if err != nil || !slices.Equal(did.HandedIn, []casefile.Key{"20261123-ws-017", "20261123-ws-017"}) {
		t.Errorf("%+v %v", did, err)
	}
	if want := []string{"WS 18 WS 18--20261123.ZIP bytes of WS 18--20261123.ZIP", "ws-017 ws-017.zip bytes of ws-017.zip"}; !slices.Equal(d.taken, want) {
		t.Errorf("taken %q, want %q", d.taken, want)
	}
	isTree(t, c.Watch, ".hidden.zip", "half.zip.part", "link.zip", "notes.txt",
		"sent/20261123-ws-017--WS 18--20261123.ZIP", "sent/20261123-ws-017--ws-017.zip")
}

func TestWhatAServerKnewIsPutAwayToo(t *testing.T) {
	d := newDesk(t)
	d.status = http.StatusOK
	c := d.config(t)
	put(t, c.Watch, "ws-017.zip")
	for range 2 { // the second time as after a crash before it was moved
		if _, err := Once(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		isTree(t, c.Watch, "sent/20261123-ws-017--ws-017.zip")
		put(t, c.Watch, "ws-017.zip")
	}
}

func TestAFileThatIsBeingWrittenIsNotTaken(t *testing.T) {
	d := newDesk(t)
	c := d.config(t)
	put(t, c.Watch, "ws-017.zip")
	c.Sleep = func(context.Context, time.Duration) error {
		return os.WriteFile(filepath.Join(c.Watch, "ws-017.zip"), []byte("more bytes than before"), 0o600)
	}
	if did, err := Once(t.Context(), c); err != nil || len(did.HandedIn) != 0 || len(d.taken) != 0 {
		t.Errorf("%+v %v", did, err)
	}
	isTree(t, c.Watch, "ws-017.zip")
}

func TestAFileThatChangesOnItsWayStays(t *testing.T) {
	for _, status := range []int{http.StatusCreated, http.StatusUnprocessableEntity} {
		d := newDesk(t)
		d.status = status
		c := d.config(t)
		put(t, c.Watch, "ws-017.zip")
		d.during = func() {
			_ = os.WriteFile(filepath.Join(c.Watch, "ws-017.zip"), []byte("more bytes than before"), 0o600)
		}
		if did, err := Once(t.Context(), c); err != nil || len(did.HandedIn) != 0 {
			t.Errorf("%d: %+v %v", status, did, err)
		}
		isTree(t, c.Watch, "ws-017.zip")
	}
}

func TestRefusedForensicDataIsPutAsideWithTheReason(t *testing.T) {
	d := newDesk(t)
	d.status = http.StatusUnprocessableEntity
	c := d.config(t)
	put(t, c.Watch, "ws-017.zip")
	if did, err := Once(t.Context(), c); err != nil || len(did.HandedIn) != 0 {
		t.Errorf("%+v %v", did, err)
	}
	const at = "refused/20261123T100000.000000000Z--ws-017.zip"
	isTree(t, c.Watch, at, at+".txt")
	if why, err := os.ReadFile(filepath.Join(c.Watch, at+".txt")); err != nil || !strings.Contains(string(why), "422") {
		t.Errorf("%q %v", why, err)
	}
}

func TestForensicDataNobodyCanTakeNowStays(t *testing.T) {
	for _, status := range []int{401, 404, 405, 429, 500, 503, 507} {
		d := newDesk(t)
		d.status = status
		c := d.config(t)
		put(t, c.Watch, "ws-017.zip")
		_, err := Once(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) || errors.Is(err, ErrUnauthorized) != (status == 401) {
			t.Errorf("%d: %v", status, err)
		}
		isTree(t, c.Watch, "ws-017.zip")
	}
}

func TestAnAnswerThatNamesNoCaseMovesNothing(t *testing.T) {
	for _, answer := range []string{"", "null", `{}`, `{"case":"../../escaped"}`, `{"case":"20261123-ws-017/../x"}`} {
		d := newDesk(t)
		d.answer = answer
		c := d.config(t)
		put(t, c.Watch, "ws-017.zip")
		if did, err := Once(t.Context(), c); err == nil || len(did.HandedIn) != 0 {
			t.Errorf("%s: %+v %v", answer, did, err)
		}
		isTree(t, c.Watch, "ws-017.zip")
	}
}

func TestTheFolderIsWatchedWhileAPollWaits(t *testing.T) {
	d := newDesk(t)
	c := d.config(t)
	c.Sleep = func(ctx context.Context, wait time.Duration) error {
		if wait == settleTime {
			return sleep(ctx, time.Millisecond)
		}
		return sleep(ctx, time.Hour) // the poll
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, c) }()
	put(t, c.Watch, "ws-017.zip")
	sent := filepath.Join(c.Watch, "sent", "20261123-ws-017--ws-017.zip")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(sent); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("never handed in")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestForensicDataGoesToTheNextServerFromItsBeginning(t *testing.T) {
	first, second := newDesk(t), newDesk(t)
	first.status = http.StatusBadGateway
	c := first.config(t)
	c.Servers = append(c.Servers, second.URL)
	put(t, c.Watch, "ws-017.zip")
	if did, err := Once(t.Context(), c); err != nil || len(did.HandedIn) != 1 {
		t.Errorf("%+v %v", did, err)
	}
	if len(first.taken) != 1 || !slices.Equal(second.taken, first.taken) {
		t.Errorf("the first server got %q, the second %q", first.taken, second.taken)
	}
}
