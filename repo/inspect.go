package repo

import (
	"fmt"

	"casebook/casefile"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// inspect judges a file by itself, but for the content of records.
func (v *validation) inspect(f file) result {
	rec, err := casefile.Locate(f.path)
	switch {
	case err == nil:
		if !isRegular(f.at.Mode) {
			return result{rec, casefile.Problems{notAFile(f.path, f.at.Mode)}}
		}
		return result{rec: rec}
	case f.path == casefile.SignersFile:
		return result{problems: v.checkSigners(f)}
	case isExtra(f.path):
		return result{problems: v.extra(f)}
	case !isPatternBytes(f.path) && v.ignored(f.path):
		return result{}
	case f.at.Mode == filemode.Submodule, f.at.Mode == filemode.Symlink, isPatternBytes(f.path) && !isRegular(f.at.Mode):
		return result{problems: casefile.Problems{notAFile(f.path, f.at.Mode)}}
	case isPatternBytes(f.path):
		return result{}
	}
	return result{problems: casefile.Problems{stray(f.path, err.Error())}}
}

// maxExtra is the most bytes a file that is no record and no pattern may have.
const maxExtra = 10 << 20

// extra judges a file that a casebook may hold beside its records.
func (v *validation) extra(f file) casefile.Problems {
	if !isRegular(f.at.Mode) && f.at.Mode != filemode.Executable {
		return nil
	}
	in, size, err := v.open(f)
	if err != nil {
		return casefile.Problems{unreadable(f.path, err)}
	}
	defer in.Close()
	if size > maxExtra {
		return casefile.Problems{{File: f.path, Rule: casefile.RuleTooLarge, Text: fmt.Sprintf("%d bytes, the most allowed is %d", size, maxExtra)}}
	}
	return nil
}
