package mitigator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"casebook/casefile"
)

// memory is state.json: what a mitigator must still know after a crash.
type memory struct {
	Account  casefile.Account                 `json:"account"`
	ETag     string                           `json:"etag,omitempty"` // of the last list with nothing left to do
	Latest   casefile.PatternID               `json:"latest"`         // of the last list, which later ones must not fall behind
	Patterns map[casefile.PatternID]*progress `json:"patterns"`
	Receipts []receipt                        `json:"receipts,omitempty"` // not answered yet, oldest first
}

// progress is how far a pattern has come. It is never forgotten once it is being applied.
type progress struct {
	Stage stage `json:"stage"`
	entry
}

type stage string

const (
	downloaded stage = "downloaded"
	applying   stage = "applying" // the command was started, or is just about to be
	done       stage = "done"
)

const memoryFile = "state.json"

func recall(dir *os.Root) (*memory, error) {
	data, err := dir.ReadFile(memoryFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &memory{Patterns: map[casefile.PatternID]*progress{}}, nil
	}
	m := &memory{}
	if err == nil {
		err = json.Unmarshal(data, m)
	}
	if err == nil && m.Patterns == nil {
		err = errors.New("no patterns in it")
	}
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", dir.Name(), memoryFile, err)
	}
	return m, nil
}

// remember makes the memory durable: whoever reads it finds the old one or this one.
func (m *mitigator) remember() error {
	data, err := json.MarshalIndent(m.memory, "", "  ")
	if err != nil {
		return err
	}
	f, err := m.dir.OpenFile(memoryFile+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return m.rename(memoryFile+".new", ".", memoryFile)
}

// rename puts a synced file of a folder at its place there, durably.
func (m *mitigator) rename(from, folder, to string) error {
	if err := m.dir.Rename(from, to); err != nil {
		return err
	}
	d, err := m.dir.Open(folder)
	if err != nil {
		return err
	}
	_ = d.Sync() // Windows cannot sync a folder
	return d.Close()
}

// settle ends what a crash left: a pattern that was being applied is not tried again, for
// nobody knows how far it came.
func (m *mitigator) settle() error {
	for _, p := range m.memory.Patterns {
		if p.Stage != applying {
			continue
		}
		if err := m.finish(p.entry, casefile.EventFailed, p.digest(), "Unsuccessful: interrupted"); err != nil {
			return err
		}
	}
	return nil
}

// finish notes how the cleanup with an entry ended, and that it will not be tried again.
func (m *mitigator) finish(e entry, event casefile.Event, got casefile.Digest, result string) error {
	m.memory.Patterns[e.ID] = &progress{done, e}
	m.note(e, event, got, result)
	if event == casefile.EventApplied {
		m.result.Applied = append(m.result.Applied, e.ID)
	} else {
		m.result.Failed = append(m.result.Failed, e.ID)
	}
	m.Log.Info("cleanup "+string(event), "pattern", e.ID, "result", result)
	return m.remember()
}
