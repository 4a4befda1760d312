package console_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screensDir = flag.String("screens", "", "a folder to put a picture of every screen into")

// browser is a Chromium that lives as long as the test.
type browser struct {
	testing.TB
	ctx context.Context
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	need(t, "chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx}
}

// look is how a page is looked at.
type look struct {
	name    string
	width   int64
	phone   bool
	dark    bool
	media   string // "" is a screen
	scripts bool
}

var (
	light  = look{name: "light", width: 1280, scripts: true}
	dark   = look{name: "dark", width: 1280, dark: true, scripts: true}
	narrow = look{name: "narrow", width: 390, phone: true, scripts: true}
	paper  = look{name: "print", width: 718, media: "print", scripts: true}
	plain  = look{name: "plain", width: 1280}
)

// tab is one page that is watched for everything it should not do.
type tab struct {
	testing.TB
	ctx  context.Context
	base string // the console's address, of which everything must come

	mu     sync.Mutex
	faults []string
}

// tab opens an empty tab.
func (b *browser) tab(t testing.TB, base string, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	p := &tab{TB: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	scheme := map[bool]string{false: "light", true: "dark"}[l.dark]
	p.call(chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		for method, params := range map[string]any{
			network.CommandEnable: nil, cdplog.CommandEnable: nil, runtime.CommandEnable: nil, page.CommandEnable: nil,
			emulation.CommandSetDeviceMetricsOverride:   emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 900, DeviceScaleFactor: 1, Mobile: l.phone},
			emulation.CommandSetScriptExecutionDisabled: emulation.SetScriptExecutionDisabledParams{Value: !l.scripts},
			emulation.CommandSetEmulatedMedia: emulation.SetEmulatedMediaParams{Media: l.media,
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}},
		} {
			if err := to.Call(ctx, method, params, nil); err != nil {
				return fmt.Errorf("%s: %w", method, err)
			}
		}
		return nil
	}))
	return p
}

// hear notes what no page may do. It runs inside the loop that reads from the browser.
func (p *tab) hear(event any) {
	fault := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, p.base+"/") && e.Request.URL != "about:blank" {
			fault = "it asks " + e.Request.URL
		}
	case *runtime.EventExceptionThrown:
		fault = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			fault += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			fault = fmt.Sprintf("console.%s: %s", e.Type, e.Args[0].Value)
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			fault = fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *page.EventJavascriptDialogOpening:
		fault = "a dialog: " + e.Message
		go func() {
			_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		}()
	}
	if fault == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fault)
}

// behaved fails the test if the page did what no page may do; but tells what is expected.
func (p *tab) behaved(but ...string) {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
fault:
	for _, f := range p.faults {
		for _, b := range but {
			if strings.Contains(f, b) {
				continue fault
			}
		}
		p.Error(f)
	}
	p.faults = nil
}

func (p *tab) call(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// open goes to a page of the console and waits until it is there.
func (p *tab) open(path string) {
	p.Helper()
	p.call(chromedp.Navigate(p.base + path))
}

// eval is the value of an expression on the page.
func eval[T any](p *tab, expression string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return v
}

// patience is how long a page may take at the most, on a machine that is busy otherwise.
const patience = 30 * time.Second

// until waits until an expression is true on the page, and says how long that took.
func (p *tab) until(expression string) time.Duration {
	p.Helper()
	begin := time.Now()
	for !eval[bool](p, "Boolean("+expression+")") {
		if time.Since(begin) > patience {
			p.Fatalf("never true: %s\nthe page says:\n%s", expression, p.text())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begin)
}

// text is what a person reads on the page.
func (p *tab) text() string {
	p.Helper()
	return eval[string](p, "document.body.innerText")
}

// at is where the page is, without the console's address.
func (p *tab) at() string {
	p.Helper()
	at, err := url.QueryUnescape(strings.TrimPrefix(eval[string](p, "location.href"), p.base))
	if err != nil {
		p.Fatal(err)
	}
	return at
}

func (p *tab) press(keys string) {
	p.Helper()
	p.call(chromedp.KeyEvent(keys))
}

// picture is the whole page as PNG.
func (p *tab) picture() []byte {
	p.Helper()
	shot, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.Fatal(err)
	}
	return shot
}

// keep puts a picture of the page into the folder for them, if one is wanted.
func (p *tab) keep(name string) {
	p.Helper()
	if *screensDir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*screensDir, name+".png"), p.picture(), 0o644); err != nil {
		p.Fatal(err)
	}
}
