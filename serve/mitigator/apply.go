package mitigator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"casebook/casefile"
)

// longestCleanup is when a command is stopped.
const longestCleanup = 10 * time.Minute

// apply runs the command with a pattern, exactly once in the pattern's life.
func (m *mitigator) apply(ctx context.Context, e entry, with string) error {
	m.memory.Patterns[e.ID] = &progress{applying, e}
	if err := m.remember(); err != nil {
		return err
	}
	event, result := m.clean(ctx, e, with)
	if err := m.finish(e, event, e.digest(), result); err != nil {
		return err
	}
	_ = m.send(ctx) // what was not taken is sent at the end of the pass
	return nil
}

// clean runs the command and puts what came of it in the words of the threat event logs.
func (m *mitigator) clean(ctx context.Context, e entry, with string) (casefile.Event, string) {
	limited, cancel := context.WithTimeout(ctx, longestCleanup)
	defer cancel()
	var out tail
	words := fill(m.words, with)
	c := exec.CommandContext(limited, words[0], words[1:]...)
	c.Stdout = &out
	c.Env = append(c.Environ(),
		"CASEBOOK_PATTERN_ID="+strconv.Itoa(int(e.ID)),
		"CASEBOOK_PATTERN_TYPE="+string(e.Type),
		"CASEBOOK_PATTERN_VERSION="+e.Version,
		"CASEBOOK_ENDPOINT="+e.Endpoint,
		"CASEBOOK_CASE="+string(e.Case))
	c.Cancel = func() error { return stop(c.Process) }
	c.WaitDelay = 10 * time.Second
	err := c.Run()
	said := out.result()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return casefile.EventFailed, "Unsuccessful: interrupted"
	case limited.Err() != nil:
		return casefile.EventFailed, "Unsuccessful: mitigation timeout"
	case strings.HasPrefix(said, "Unsuccessful: "):
		return casefile.EventFailed, said
	case errors.As(err, &exit):
		return casefile.EventFailed, "Unsuccessful: " + exit.String()
	case err != nil:
		m.Log.Error("the command cannot be run", "error", err)
		return casefile.EventFailed, "Unsuccessful: the command cannot be run"
	case said != "":
		return casefile.EventApplied, said
	}
	return casefile.EventApplied, "Resolved threats: All threats resolved"
}

// stop asks a command to end, so that it can tidy up; Windows knows only killing.
func stop(p *os.Process) error {
	if err := p.Signal(os.Interrupt); err != nil {
		return p.Kill()
	}
	return nil
}

// tail keeps the end of what a command prints, however much that is.
type tail struct{ kept []byte }

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - tailSize; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// groups are how the results of the threat event logs start. Not every line of the form
// "Word: word" is one: clamscan ends with "End Date: …".
var groups = []string{"Resolved threats: ", "Scanned endpoint: ", "Assessed endpoint: ", "No mitigation: ", "Unsuccessful: ", "Rollback successful", "Mitigation in progress"}

// result is the last line printed, if it is a cleanup's result.
func (t *tail) result() string {
	lines := bytes.Split(bytes.TrimSpace(t.kept), []byte("\n"))
	last, err := casefile.ParseLine(string(bytes.TrimSpace(lines[len(lines)-1])))
	if err != nil {
		return ""
	}
	for _, g := range groups {
		if strings.HasPrefix(last, g) {
			return last
		}
	}
	return ""
}

// fill puts what the command is run with in the place of {}, or at the end.
func fill(words []string, with string) []string {
	filled, found := make([]string, len(words)), false
	for i, w := range words {
		found = found || i > 0 && strings.Contains(w, "{}")
		filled[i] = w
		if i > 0 {
			filled[i] = strings.ReplaceAll(w, "{}", with)
		}
	}
	if !found {
		filled = append(filled, with)
	}
	return filled
}

// split breaks a command into words as a shell does, with quotes and backslashes. There
// is no shell: nothing in a file's name can become a command.
func split(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	within, quote, escaped := false, rune(0), false
	for _, c := range command {
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune(`"\$`+"`", c) {
				word.WriteByte('\\')
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			within, escaped = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			within, quote = true, c
		case quote == 0 && strings.ContainsRune(" \t\r\n", c):
			if within {
				words = append(words, word.String())
			}
			word.Reset()
			within = false
		default:
			word.WriteRune(c)
			within = true
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("a quote or backslash is left open")
	}
	if within {
		words = append(words, word.String())
	}
	if len(words) > 0 && words[0] == "" {
		return nil, errors.New("the command is empty")
	}
	return words, nil
}
