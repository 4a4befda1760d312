package repo

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// config is git's configuration as it holds in one repository, read from all of git's files and what they include.
type config struct {
	values map[string][]string // by "section.key" or "section.Sub Section.key"
}

// get is the last value given to key, the one that holds.
func (c *config) get(key string) (string, bool) {
	all := c.values[canonicalKey(key)]
	if len(all) == 0 {
		return "", false
	}
	return all[len(all)-1], true
}

// isTrue reads a key as git reads a yes or no.
func (c *config) isTrue(key string, otherwise bool) bool {
	value, set := c.get(key)
	switch strings.ToLower(value) {
	case "true", "yes", "on":
		return true
	case "false", "no", "off":
		return false
	case "":
		return otherwise && !set
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return otherwise
	}
	return n != 0
}

// section is what holds for each key of a section, the keys in lower case.
func (c *config) section(name string) map[string]string {
	holds := map[string]string{}
	for key, all := range c.values {
		if inside, ok := strings.CutPrefix(key, name+"."); ok && !strings.Contains(inside, ".") {
			holds[inside] = all[len(all)-1]
		}
	}
	return holds
}

// logsRefs says whether git would begin a reflog for a branch that has none.
func (c *config) logsRefs(bare bool) bool {
	if value, _ := c.get("core.logAllRefUpdates"); strings.EqualFold(value, "always") {
		return true
	}
	return c.isTrue("core.logAllRefUpdates", !bare)
}

// readConfig reads what git would read in the repository, the weakest file first, the environment last.
func readConfig(getenv func(string) string, gitDir, common string) (*config, error) {
	r := &configReader{config: &config{map[string][]string{}}, getenv: getenv, gitDir: gitDir}
	r.branch, _ = refs{gitDir, common}.head()
	for _, file := range configFiles(getenv) {
		if err := r.read(file, 0); err != nil && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
	}
	if err := r.read(filepath.Join(common, "config"), 0); err != nil {
		return nil, err
	}
	if r.config.isTrue("extensions.worktreeConfig", false) {
		if err := r.read(filepath.Join(gitDir, "config.worktree"), 0); err != nil {
			return nil, err
		}
	}
	count, _ := strconv.Atoi(getenv("GIT_CONFIG_COUNT"))
	for i := range count {
		n := strconv.Itoa(i)
		r.config.add(getenv("GIT_CONFIG_KEY_"+n), getenv("GIT_CONFIG_VALUE_"+n))
	}
	return r.config, nil
}

// configFiles are the files outside the repository.
func configFiles(getenv func(string) string) []string {
	var files []string
	if skip := strings.ToLower(getenv("GIT_CONFIG_NOSYSTEM")); skip == "" || skip == "0" || skip == "false" || skip == "no" || skip == "off" {
		files = append(files, cmp.Or(getenv("GIT_CONFIG_SYSTEM"), "/etc/gitconfig"))
	}
	if global := getenv("GIT_CONFIG_GLOBAL"); global != "" {
		return append(files, global)
	}
	home := homeFolder(getenv)
	if xdg := getenv("XDG_CONFIG_HOME"); xdg != "" {
		files = append(files, filepath.Join(xdg, "git", "config"))
	} else if home != "" {
		files = append(files, filepath.Join(home, ".config", "git", "config"))
	}
	if home != "" {
		files = append(files, filepath.Join(home, ".gitconfig"))
	}
	return files
}

func homeFolder(getenv func(string) string) string {
	return cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
}

func (c *config) add(key, value string) {
	key = canonicalKey(key)
	c.values[key] = append(c.values[key], value)
}

// canonicalKey lowers all of a key but the subsection in its middle, which git compares as written.
func canonicalKey(key string) string {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	if first < 0 {
		return strings.ToLower(key)
	}
	return strings.ToLower(key[:first]) + key[first:last] + strings.ToLower(key[last:])
}

// configReader follows one file into those it includes.
type configReader struct {
	config *config
	getenv func(string) string
	gitDir string
	branch string
}

// read takes in one file; one that is not there says nothing.
func (r *configReader) read(file string, depth int) error {
	if depth > 10 { // git's own limit
		return fmt.Errorf("%s: too many includes inside each other", file)
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return parseConfig(file, string(data), func(key, value string) error {
		r.config.add(key, value)
		if !r.includes(key, file) {
			return nil
		}
		return r.read(r.resolve(value, file), depth+1)
	})
}

// includes says whether the key is an include whose condition holds here.
func (r *configReader) includes(key, file string) bool {
	key = canonicalKey(key)
	if key == "include.path" {
		return true
	}
	condition, conditional := strings.CutPrefix(key, "includeif.")
	condition, isPath := strings.CutSuffix(condition, ".path")
	if !conditional || !isPath {
		return false
	}
	kind, pattern, _ := strings.Cut(condition, ":")
	switch kind {
	case "gitdir", "gitdir/i":
		return r.matchesGitDir(pattern, file, kind == "gitdir/i")
	case "onbranch":
		branch, onBranch := strings.CutPrefix(r.branch, "refs/heads/")
		return onBranch && matchPath(wholeFolder(pattern), branch, false)
	}
	return false
}

// matchesGitDir looks at the git folder under the name it was found by and under its real one.
func (r *configReader) matchesGitDir(pattern, file string, anyCase bool) bool {
	switch {
	case strings.HasPrefix(pattern, "./"):
		pattern = filepath.ToSlash(filepath.Dir(file)) + pattern[1:]
	case strings.HasPrefix(pattern, "~/"):
		pattern = filepath.ToSlash(homeFolder(r.getenv)) + pattern[1:]
	case !strings.HasPrefix(pattern, "/") && !filepath.IsAbs(pattern):
		pattern = "**/" + pattern
	}
	pattern = wholeFolder(pattern)
	real, err := filepath.EvalSymlinks(r.gitDir)
	return matchPath(pattern, filepath.ToSlash(r.gitDir), anyCase) ||
		err == nil && matchPath(pattern, filepath.ToSlash(real), anyCase)
}

func wholeFolder(pattern string) string {
	if strings.HasSuffix(pattern, "/") {
		return pattern + "**"
	}
	return pattern
}

// resolve is where an included path leads.
func (r *configReader) resolve(path, from string) string {
	if rest, inHome := strings.CutPrefix(path, "~/"); inHome {
		return filepath.Join(homeFolder(r.getenv), rest)
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(from), path)
}
