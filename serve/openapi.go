package serve

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// description is openapi.yaml: every route, and every answer there is to it.
//
//go:embed openapi.yaml
var description []byte

func describe(c echo.Context) error {
	c.Response().Header().Set("X-Content-Type-Options", "nosniff")
	return c.Blob(http.StatusOK, "application/yaml", description)
}
