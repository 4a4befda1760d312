package mitigator

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"casebook/casefile"
)

func once(t *testing.T, c Config) Result {
	t.Helper()
	r, err := Once(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAPatternIsDownloadedAppliedAndReportedOnce(t *testing.T) {
	p := newPortal(t)
	p.custom(3, "lpt$vpn.123", "the bytes")
	noted := t.TempDir()
	c := p.config(t, commandIn(t, noted, "Resolved threats: Threat no longer exists", 0))

	want := Result{Polled: true, Changed: true, Downloaded: []casefile.PatternID{3}, Applied: []casefile.PatternID{3}, Receipts: 2}
	if got := once(t, c); !reflect.DeepEqual(got, want) {
		t.Errorf("first pass %+v, want %+v", got, want)
	}
	place := filepath.Join(c.Dir, "patterns", "3", "lpt$vpn.123")
	if got := runs(t, noted); !slices.Equal(got, []string{"3 bandage 6.123.45 ws-017 20261123-ws-017 " + place + "\n"}) {
		t.Errorf("the command noted %q", got)
	}
	wantReceipts := []string{
		"3 downloaded 2026-11-23T10:00:00Z sha256=b1a2a6 version= endpoint=ws-017 result=",
		"3 applied 2026-11-23T10:00:00Z sha256=b1a2a6 version= endpoint=ws-017 result=Resolved threats: Threat no longer exists",
	}
	digest := string(p.list.Patterns[0].File.SHA256[:6])
	for i := range wantReceipts {
		wantReceipts[i] = strings.Replace(wantReceipts[i], "b1a2a6", digest, 1)
	}
	if !slices.Equal(p.receipts, wantReceipts) {
		t.Errorf("receipts\n%s\nwant\n%s", strings.Join(p.receipts, "\n"), strings.Join(wantReceipts, "\n"))
	}
	if got := once(t, c); !reflect.DeepEqual(got, Result{Polled: true}) {
		t.Errorf("second pass %+v, want nothing but a poll", got)
	}
	p.custom(4, "second", "others")
	once(t, c)
	if got := runs(t, noted); len(got) != 2 {
		t.Errorf("the command ran %d times for 2 patterns", len(got))
	}
}

func TestADownloadGoesOnWhereItBrokeOff(t *testing.T) {
	for name, noRanges := range map[string]bool{"with ranges": false, "from a server without ranges": true} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t)
			content := strings.Repeat("0123456789", 10000)
			e := p.custom(1, "big", content)
			p.cut, p.noRanges = 70000, noRanges
			c := p.config(t, "")
			if _, err := Once(t.Context(), c); err == nil {
				t.Fatal("a cut download was no error")
			}
			if _, err := os.Stat(filepath.Join(c.Dir, "patterns/1/big")); err == nil {
				t.Fatal("half a pattern has its own name")
			}
			part, err := os.Stat(filepath.Join(c.Dir, "patterns/1/.part"))
			if err != nil || part.Size() == 0 {
				t.Fatalf("nothing was kept of the cut download: %v", err)
			}
			once(t, c)
			if got, _ := os.ReadFile(filepath.Join(c.Dir, "patterns/1/big")); string(got) != content {
				t.Errorf("%d bytes, which are not those of the pattern", len(got))
			}
			if last := p.ranges[len(p.ranges)-1]; !strings.HasPrefix(last, "bytes=") || !strings.HasSuffix(last, `"sha256:`+string(e.File.SHA256)+`"`) {
				t.Errorf("asked again with Range and If-Range %q", last)
			}
		})
	}
}

func TestWrongBytesAreNeverApplied(t *testing.T) {
	wrong := map[string]string{"other bytes": "the wytes", "fewer bytes": "the b", "more bytes": "the bytes and more"}
	for name, content := range wrong {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t)
			e := p.custom(1, "a", "the bytes")
			p.bytes[e.File.URL] = content
			noted := t.TempDir()
			r := once(t, p.config(t, commandIn(t, noted, "", 0)))
			if !slices.Equal(r.Failed, []casefile.PatternID{1}) || len(runs(t, noted)) != 0 {
				t.Errorf("%+v, and %d runs", r, len(runs(t, noted)))
			}
			if len(p.ranges) != tries {
				t.Errorf("%d downloads, want %d", len(p.ranges), tries)
			}
			if len(p.receipts) != 1 || !strings.HasSuffix(p.receipts[0], "result=Unsuccessful: pattern corrupted") || strings.Contains(p.receipts[0], "sha256="+string(e.File.SHA256[:6])) {
				t.Errorf("receipts %q: want one failure with the digest of the wrong bytes", p.receipts)
			}
		})
	}
}

func TestWhatWasBeingAppliedWhenItDiedIsNotAppliedAgain(t *testing.T) {
	p := newPortal(t)
	e := p.custom(1, "a", "the bytes")
	noted := t.TempDir()
	c := p.config(t, commandIn(t, noted, "", 0))
	m, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	m.memory.Patterns[1] = &progress{applying, e}
	if err := errors.Join(m.remember(), m.close()); err != nil {
		t.Fatal(err)
	}
	r := once(t, c)
	if len(runs(t, noted)) != 0 || !slices.Equal(r.Failed, []casefile.PatternID{1}) {
		t.Errorf("%d runs, %+v", len(runs(t, noted)), r)
	}
	if len(p.receipts) != 1 || !strings.HasSuffix(p.receipts[0], "Unsuccessful: interrupted") {
		t.Errorf("receipts %q", p.receipts)
	}
}

func TestReceiptsNotTakenAreSentAgainAsTheyWere(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	p.refuse = http.StatusServiceUnavailable
	c := p.config(t, "")
	if r, err := Once(t.Context(), c); err == nil || len(r.Downloaded) != 1 {
		t.Fatalf("%+v, %v: want the download done and the receipt kept", r, err)
	}
	p.set(func() { p.refuse = 0 })
	c.Now = func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }
	if r := once(t, c); r.Receipts != 1 {
		t.Errorf("%+v", r)
	}
	if len(p.receipts) != 1 || !strings.HasPrefix(p.receipts[0], "1 downloaded 2026-11-23T10:00:00Z") {
		t.Errorf("receipts %q: want the time of the download", p.receipts)
	}
}

func TestAReceiptRefusedForGoodHoldsNothingBack(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	p.refuse = http.StatusNotFound
	c := p.config(t, "")
	once(t, c)
	p.set(func() { p.refuse = 0 })
	if r := once(t, c); r.Receipts != 0 || len(p.receipts) != 0 {
		t.Errorf("%+v %q: the refused receipt was sent again", r, p.receipts)
	}
}

func TestARefusedTokenEndsTheMitigator(t *testing.T) {
	p := newPortal(t)
	c := p.config(t, "")
	c.Token = "another"
	if _, err := Once(t.Context(), c); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("Once: %v", err)
	}
	if err := Run(t.Context(), c); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("Run: %v", err)
	}
}

func TestTheTokenGoesNowhereElse(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++ }))
	defer other.Close()
	t.Run("not along a redirect", func(t *testing.T) {
		server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
		defer server.Close()
		if _, err := Once(t.Context(), Config{Servers: []string{server.URL}, Token: token, Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "which is not the server") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("not to a file elsewhere", func(t *testing.T) {
		p := newPortal(t)
		p.custom(1, "a", "the bytes")
		p.list.Patterns[0].File.URL = other.URL + "/v1/files/x"
		if _, err := Once(t.Context(), p.config(t, "")); err == nil || !strings.Contains(err.Error(), "not on the server") {
			t.Errorf("error %v", err)
		}
	})
	if asked != 0 {
		t.Errorf("the other host was asked %d times", asked)
	}
}

func TestABadEntryIsRefusedAndTheOthersAreServed(t *testing.T) {
	for name, spoil := range map[string]func(*entry){
		"a name that leads out":           func(e *entry) { e.File.Name = "../../escaped" },
		"a name of our own":               func(e *entry) { e.File.Name = ".part" },
		"no file":                         func(e *entry) { e.File = nil },
		"a digest that is none":           func(e *entry) { e.File.SHA256 = "../x" },
		"a size below zero":               func(e *entry) { e.File.Size = -1 },
		"an endpoint with a zero byte":    func(e *entry) { e.Endpoint = "a\x00b" },
		"a version with a line break":     func(e *entry) { e.Version = "1\n2" },
		"a number below one":              func(e *entry) { e.ID = -1 },
		"a case key that leads elsewhere": func(e *entry) { e.Case = "../x" },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t)
			p.custom(1, "bad", "bytes")
			p.custom(2, "good", "other bytes")
			spoil(&p.list.Patterns[0])
			r, err := Once(t.Context(), p.config(t, ""))
			if err == nil || !strings.HasPrefix(err.Error(), "pattern ") {
				t.Errorf("error %v", err)
			}
			if !slices.Equal(r.Downloaded, []casefile.PatternID{2}) {
				t.Errorf("downloaded %v, want the good one", r.Downloaded)
			}
		})
	}
}

func TestAFolderBelongsToOneAccountAndOneMitigator(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	c := p.config(t, "")
	once(t, c)
	m, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Once(t.Context(), c); !errors.Is(err, ErrInUse) {
		t.Errorf("a second mitigator in the folder: %v", err)
	}
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	p.set(func() { p.list.Account = "zenith" })
	if err := Run(t.Context(), c); !errors.Is(err, ErrOtherAccount) {
		t.Errorf("another account: %v", err)
	}
}

func TestSmartProtectionPatterns(t *testing.T) {
	agent := entry{ID: 1, Type: casefile.SmartScanAgent, Version: "15.001.00", Case: "20261123-ws-017", Endpoint: "ws-017"}
	hosted := entry{ID: 2, Type: casefile.SmartScan, Version: "15.002.00", Case: "20261123-ws-017", Endpoint: "ws-017"}
	p := newPortal(t, agent, hosted)
	noted := t.TempDir()
	r := once(t, p.config(t, commandIn(t, noted, "", 0)))
	if !slices.Equal(r.Applied, []casefile.PatternID{1}) {
		t.Errorf("applied %v, want the agent pattern only", r.Applied)
	}
	if got := runs(t, noted); !slices.Equal(got, []string{"1 smart-scan-agent 15.001.00 ws-017 20261123-ws-017 15.001.00\n"}) {
		t.Errorf("the command noted %q", got)
	}
	if len(p.receipts) != 1 || !strings.Contains(p.receipts[0], "sha256= version=15.001.00") {
		t.Errorf("receipts %q", p.receipts)
	}
	once(t, p.config(t, ""))
	if len(p.receipts) != 1 {
		t.Errorf("without a command it claims to have a version: %q", p.receipts)
	}
}

func TestACommandGivenLaterGetsWhatWasDownloaded(t *testing.T) {
	p := newPortal(t)
	p.custom(1, "a", "the bytes")
	c := p.config(t, "")
	once(t, c)
	noted := t.TempDir()
	c.Exec = commandIn(t, noted, "", 0)
	once(t, c)
	if len(runs(t, noted)) != 1 {
		t.Errorf("%d runs", len(runs(t, noted)))
	}
}

func TestAStateThatCannotBeReadIsAnError(t *testing.T) {
	p := newPortal(t)
	c := p.config(t, "")
	for _, content := range []string{"", "null", `{"patterns":`, `{"patterns":null}`} {
		if err := os.WriteFile(filepath.Join(c.Dir, memoryFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Once(t.Context(), c); err == nil || !strings.Contains(err.Error(), memoryFile) {
			t.Errorf("%q: error %v, and what was applied may be applied again", content, err)
		}
	}
}
