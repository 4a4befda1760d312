package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"
)

// cleanWith is the command line of the demo's stand-in for an endpoint's cleaner: a pattern file is a list
// of marks, one a line, and a file that holds one is removed.
func cleanWith(endpoint string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	return shellWord(self) + " __clean " + shellWord(endpoint) + " {}", nil
}

func (a *app) cleanCommand() *cli.Command {
	return &cli.Command{
		Name: "__clean", ArgsUsage: "FOLDER PATTERN", Hidden: true, Usage: "remove what the demo's pattern marks", Description: "casebook __clean ws-017 'lpt$vpn.123'",
		Action: func(ctx *cli.Context) error {
			pattern, err := os.ReadFile(ctx.Args().Get(1))
			if err != nil {
				return err
			}
			removed, err := clean(ctx.Args().Get(0), strings.Fields(string(pattern)))
			if err != nil {
				return err
			}
			result := "Resolved threats: All threats resolved"
			if removed == 0 {
				result = "Scanned endpoint: No threat found"
			}
			_, err = fmt.Fprintln(a.Stdout, result)
			return err
		},
	}
}

func clean(folder string, marks []string) (removed int, err error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		path := filepath.Join(folder, f.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return removed, err
		}
		for _, mark := range marks {
			if bytes.Contains(text, []byte(mark)) {
				if err := os.Remove(path); err != nil {
					return removed, err
				}
				removed++
				break
			}
		}
	}
	return removed, nil
}
