package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync"

	"github.com/labstack/echo/v4"
)

//go:embed assets
var assetFiles embed.FS

// assetURLs are where the assets are, by name; each has the content's digest in it, so that
// browsers may keep what it names for ever.
var assetURLs = sync.OnceValue(func() map[string]string {
	urls := map[string]string{}
	files, _ := assetFiles.ReadDir("assets") // it is part of the program
	for _, f := range files {
		data, _ := assetFiles.ReadFile("assets/" + f.Name())
		sum := sha256.Sum256(data)
		urls[f.Name()] = "/assets/" + hex.EncodeToString(sum[:8]) + "/" + f.Name()
	}
	return urls
})

func assetURL(name string) (string, error) {
	if url, there := assetURLs()[name]; there {
		return url, nil
	}
	return "", fmt.Errorf("asset %s: %w", name, fs.ErrNotExist)
}

// types are said here, and not looked up in a table of the machine.
var types = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func (k *Console) asset(c echo.Context) error {
	name := c.Param("name")
	if here, err := assetURL(name); err != nil || here != c.Request().URL.Path {
		return echo.ErrNotFound
	}
	data, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, types[path.Ext(name)], smaller(c, data))
}
