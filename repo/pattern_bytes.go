package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"

	"casebook/casefile"
)

// pattern checks what stands beside an entry's record: exactly the file it names, with the size and
// SHA-256 it says.
func (v *validation) pattern(p *casefile.Pattern) (ps casefile.Problems) {
	for _, f := range v.beside[path.Dir(p.Path())] {
		if p.File != nil && path.Base(f.path) == p.File.Name {
			ps = append(ps, v.patternBytes(p, f)...)
		} else if !v.ignored(f.path) {
			ps = append(ps, stray(f.path, "is not the file that the entry's record names"))
		}
	}
	if p.File != nil && !v.has(p.FilePath()) {
		ps = append(ps, casefile.Problem{File: p.Path(), Field: "file.name", Rule: casefile.RuleMissingFile,
			Text: fmt.Sprintf("file.name: %s is missing", p.File.Name)})
	}
	return ps
}

// longestPointer is more than a git LFS pointer ever is.
const longestPointer = 1024

// patternBytes checks a pattern's bytes as they stream by.
func (v *validation) patternBytes(p *casefile.Pattern, f file) casefile.Problems {
	in, size, err := v.open(f)
	if err != nil {
		return casefile.Problems{unreadable(f.path, err)}
	}
	defer in.Close()
	wrong := func(field, format string, args ...any) casefile.Problems {
		return casefile.Problems{{File: p.Path(), Field: field, Rule: casefile.RuleWrongBytes, Text: field + ": " + fmt.Sprintf(format, args...)}}
	}
	sum := sha256.New()
	if size < longestPointer {
		head, err := io.ReadAll(in)
		if err != nil {
			return casefile.Problems{unreadable(f.path, err)}
		}
		if isPointer(head) {
			return casefile.Problems{{File: f.path, Rule: casefile.RuleWrongBytes,
				Text: "is a git LFS pointer, not the pattern", Hint: "commit the pattern itself; casebook does not use git LFS"}}
		}
		sum.Write(head)
	}
	if size != p.File.Size {
		return wrong("file.size", "%s has %d bytes", p.File.Name, size)
	}
	if v.shallow {
		return nil
	}
	if _, err := io.Copy(sum, in); err != nil {
		return casefile.Problems{unreadable(f.path, err)}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != string(p.File.SHA256) {
		return wrong("file.sha256", "%s has the SHA-256 %s", p.File.Name, got)
	}
	return nil
}
