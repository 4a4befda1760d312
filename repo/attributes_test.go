package repo

import (
	"strings"
	"testing"
)

// Git is asked what becomes of a pattern's bytes.
func TestAttributesMeanWhatGitMeans(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	b := &book{t, must(Open(o.dir, "", testEnv))}
	files := []string{"customers/acme/patterns/1/lpt$vpn.123", "customers/acme/patterns/12/a.yaml", "customers/z/patterns/3/a b"}
	kept := 0
	for _, text := range []string{
		"* -text\n", "", "# -text\n", "* text\n", "* text=auto\n* -text\n", "* -text\n*.123 text\n", "* -text\n*.md text\n",
		"* -text\nlpt* text=auto\n", "* -text eol=crlf\n", "* -text\n* ident\n", "* -text\n*.yaml !text\n", "* binary\n", "* -binary\n",
		"* binary text\n", "* text binary\n", "[attr]keep -text\n* keep\n", "[attr]binary text\n* binary\n", "[attr]a b\n[attr]b a -text\n* a\n",
		"* -text\n*.123 filter=lfs\n", "* -text filter=lfs\n* -filter\n", "* -text\n* working-tree-encoding=UTF-16\n",
		"customers/** -text\n", "/customers/**/patterns/** -text\n", "customers/ -text\n", "customers/* -text\n", "**/patterns/** -text\n",
		"customers/acme/patterns/1/* -text\n", "**/1/** -text\n", "* -text\npatterns/** text\n", "* -text\n**/12/* text\n",
		"* -text\n[!l]* text\n", "* -text\n[a-c]* text\n", "* -text\n!* text\n", "\"*\" -text\n", "* -text\n\"a b\" text\n", "* -text\n\"a\\\\ b\" text\n",
		"* -text\r\n", "*\t-text\n", "  * -text\n", "* -text\n[ text\n", "* -text\n*.123\n", "* -text\n/*/*/*/*/* text\n", "* -text\n*/a text\n",
	} {
		b.write(".gitattributes", text)
		all := parseAttributes(text)
		for _, file := range files {
			said := string(must(o.command("check-attr", "text", "filter", "ident", "working-tree-encoding", "--", file).Output()))
			git := true
			for line := range strings.Lines(said) {
				word := strings.Split(strings.TrimSpace(line), ": ")
				name, value := word[len(word)-2], word[len(word)-1]
				git = git && (value == "unset" || value == "unspecified" && name != "text")
			}
			if got := all.keep(file); got != git {
				t.Errorf("%q for %s: got %v, and git says\n%s", text, file, got, said)
			} else if got {
				kept++
			}
		}
	}
	expect(t, "some are kept and some not", kept > 20 && kept < 100, true)
}
