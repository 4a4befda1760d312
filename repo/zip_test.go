package repo

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

func TestCheckZip(t *testing.T) {
	var whole bytes.Buffer
	z := zip.NewWriter(&whole)
	must(must(z.Create("evidence")).Write([]byte("dangerous")))
	must(0, z.SetComment("PK at the end"))
	must(0, z.Close())
	file := whole.String()
	for _, test := range []struct{ name, file, want string }{
		{"a whole file", file, ""},
		{"an empty file", "", "not a zip file"},
		{"three bytes", "PK\x03", "not a zip file"},
		{"a text", "password: infected", "not a zip file"},
		{"the first half", file[:len(file)/2], "a zip file cut short"},
		{"all but the end record", file[:strings.Index(file, "PK\x05\x06")+10], "a zip file cut short"},
	} {
		got := ""
		if err := CheckZip(strings.NewReader(test.file), int64(len(test.file))); err != nil {
			got = err.Error()
		}
		expect(t, test.name, got, test.want)
	}
}
