package console_test

import (
	"bytes"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

var readmeDir = flag.String("readme", "", "the folder of the README's pictures of the console, to make them anew")

// The pictures that README.md shows are of the town, made with
//
//	go test ./serve/console -run Pictures -args -readme ../../examples/console
func TestThePicturesOfTheREADME(t *testing.T) {
	if *readmeDir == "" {
		t.Skip("no folder was named for them")
	}
	b, town := newBrowser(t), newTown(t)
	p := b.tab(t, town.console, look{width: 1200, scripts: true})
	for name, path := range map[string]string{"customer": "/customers/acme", "case": "/customers/acme/cases/20261120-db-primary"} {
		p.open(path)
		p.until(`document.querySelector(".live").dataset.live === "on"`)
		picture := p.small()
		if len(picture) > 150_000 {
			t.Errorf("%s.png is of %d bytes", name, len(picture))
		}
		if err := os.WriteFile(filepath.Join(*readmeDir, name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.behaved()
}

// small is a picture of what a person sees first, in few bytes.
func (p *tab) small() []byte {
	p.Helper()
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		p.Fatal(err)
	}
	seen := image.NewNRGBA(image.Rect(0, 0, full.Bounds().Dx(), 780))
	draw.Draw(seen, seen.Bounds(), full, image.Point{}, draw.Src)
	var tight bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&tight, seen); err != nil {
		p.Fatal(err)
	}
	return tight.Bytes()
}
