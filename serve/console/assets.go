package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

//go:embed assets
var assetFiles embed.FS

// assetURL is where an asset is; it has the content's digest in it, so that browsers may
// keep what it names for ever.
func assetURL(name string) (string, error) {
	data, err := assetFiles.ReadFile("assets/" + name)
	sum := sha256.Sum256(data)
	return "/assets/" + hex.EncodeToString(sum[:8]) + "/" + name, err
}

// types are said here, and not looked up in a table of the machine.
var types = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func (k *Console) asset(c echo.Context) error {
	name := c.Param("name")
	data, err := assetFiles.ReadFile("assets/" + name)
	here, _ := assetURL(name)
	if err != nil || here != c.Request().URL.Path {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, types[path.Ext(name)], smaller(c, data))
}
