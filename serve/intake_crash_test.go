package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// postZip hands in over a connection; 0 is no answer.
func postZip(server, endpoint, data string) (int, casefile.Key) {
	r, err := http.NewRequest(http.MethodPost, server+"/v1/cases?endpoint="+endpoint, strings.NewReader(data))
	if err != nil {
		return 0, ""
	}
	r.Header.Set("Authorization", "Bearer "+acmeToken)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	var got received
	if json.NewDecoder(answer.Body).Decode(&got) != nil {
		return 0, ""
	}
	return answer.StatusCode, got.Case
}

// A server killed at any moment has every case it answered, and none twice.
func TestKilledAtAnyMomentNoCaseIsLostOrDoubled(t *testing.T) {
	b := newBook(t)
	data := func(n int) string { return zipOf(fmt.Sprint(n) + strings.Repeat("x", 1<<20)) }
	answered := map[int]casefile.Key{}
	next := 0
	for life := range 6 {
		c, server := b.mortal()
		for killing := false; ; {
			code, key := postZip(server, "ws-017", data(next))
			if code == 503 {
				time.Sleep(5 * time.Millisecond)
				continue
			}
			if code != 200 && code != 201 {
				break // dead: the same is handed in again in the next life
			}
			answered[next] = key
			next++
			if !killing {
				killing = true
				time.AfterFunc(time.Duration(13*life)*time.Millisecond, func() { _ = c.Process.Kill() })
			}
		}
		_ = c.Wait()
	}
	s := b.serve()
	receivedIn(t, s.handIn(acmeToken, "ws-017", zipOf("the last")), 201)
	b.nothingOnTheWay()
	cases, err := b.tip().Cases("acme")
	if err != nil {
		t.Fatal(err)
	}
	times := map[casefile.Digest][]casefile.Key{}
	for _, of := range cases {
		times[of.ForensicData.SHA256] = append(times[of.ForensicData.SHA256], of.Key)
		if _, err := os.Stat(b.repo.State().Path(repo.Forensics, of.ForensicData.SHA256)); err != nil {
			t.Errorf("case %s without its evidence: %v", of.Key, err)
		}
	}
	for n, key := range answered {
		if got := times[digestOf(data(n))]; !slices.Equal(got, []casefile.Key{key}) {
			t.Errorf("%d was answered with %s, and is committed as %v", n, key, got)
		}
	}
	if len(answered) < 6 {
		t.Errorf("only %d answers in 6 lives", len(answered))
	}
}

// A length that is not known beforehand is none of the limit's business, but the bytes are.
func TestForensicDataOfUnknownLength(t *testing.T) {
	b := newBook(t)
	s := b.run(Config{Forensics: 1 << 20})
	defer s.stop()
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"within the limit", zipOf("x"), 201},
		{"the same again", zipOf("x"), 200},
		{"over the limit", zipOf(strings.Repeat("x", 1<<20)), 413},
	} {
		r, err := http.NewRequest(http.MethodPost, s.listen+"/v1/cases?endpoint=ws-017", io.MultiReader(strings.NewReader(c.body)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+acmeToken)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != c.status {
			t.Errorf("%s: %d", c.name, answer.StatusCode)
		}
	}
	b.nothingOnTheWay()
}

func TestAClientThatGoesAwayLeavesNothing(t *testing.T) {
	b := newBook(t)
	s := b.run(Config{})
	until(t, "ready", func() bool { code, _ := get(t, s.console+"/readyz", ""); return code == 200 })
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.listen, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /v1/cases?endpoint=ws-017 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 1000000\r\n\r\n%s", acmeToken, zipOf("half"))
	until(t, "the bytes are coming in", func() bool {
		coming, _ := os.ReadDir(b.repo.State().Dir() + "/incoming")
		return len(coming) == 1
	})
	conn.Close()
	until(t, "they are forgotten", func() bool {
		coming, _ := os.ReadDir(b.repo.State().Dir() + "/incoming")
		return len(coming) == 0
	})
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if cases, err := b.tip().Cases("acme"); err != nil || len(cases) != 0 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
}
