package cmd_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"casebook/cmd"
)

// A server that sends something else than it says, or not all of it, leaves no file.
func TestFetchedForensicDataIsWholeAndRightOrNotThere(t *testing.T) {
	const right = "the whole evidence"
	for _, c := range []struct {
		name, sends, file string
		digest, trusted   bool
		says              string // "" is saved
	}{
		{"whole and right", right, "ws.zip", true, true, ""},
		{"other bytes", "the wrong evidence", "ws.zip", true, true, "the bytes are damaged"},
		{"cut short", right[:5], "ws.zip", true, true, "unexpected EOF"},
		{"no digest", right, "ws.zip", false, true, "lacks a name, a size or a Repr-Digest"},
		{"a name that leads out", right, "../ws.zip", true, true, "lacks a name"},
		{"a server nobody vouches for", right, "ws.zip", true, false, "certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer jane" || r.URL.Path != "/v1/cases/20261123-ws/forensics" || r.URL.RawQuery != "account=acme" {
					t.Errorf("asked %s, %v", r.URL, r.Header)
				}
				sum := sha256.Sum256([]byte(right))
				w.Header().Set("Content-Disposition", `attachment; filename="`+c.file+`"`)
				w.Header().Set("Content-Length", strconv.Itoa(len(right)))
				if c.digest {
					w.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
				}
				if r.Method == http.MethodGet {
					_, _ = w.Write([]byte(c.sends))
				}
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			defer server.Close()
			dir := t.TempDir()
			files := map[string][]byte{"token": []byte("jane\n"), "ca.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})}
			for name, content := range files {
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			words := []string{"case", "download", "acme/20261123-ws", "--server", server.URL, "--token-file", "token"}
			if c.trusted {
				words = append(words, "--ca", "ca.pem")
			}
			var out, said bytes.Buffer
			code := cmd.Run(context.Background(), words, cmd.Env{Stdout: &out, Stderr: &said, Dir: dir, Getenv: func(string) string { return "" }, Now: time.Now})
			if code != map[bool]int{true: 0, false: 1}[c.says == ""] || !strings.Contains(said.String(), c.says) {
				t.Errorf("exit %d, %s", code, said.String())
			}
			there, err := os.ReadDir(dir)
			if err != nil || len(there) != len(files)+map[bool]int{true: 1}[c.says == ""] {
				t.Errorf("in the folder: %v %v", there, err)
			}
		})
	}
}
