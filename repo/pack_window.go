package repo

import (
	"os"
	"sync/atomic"
)

// windows is a file that is read in pieces, which are kept for what is read next: the small objects of a
// pack stand close together, and to ask the system for each takes longer than to inflate it.
type windows struct {
	file *os.File
	size int64
	all  []atomic.Pointer[[]byte]
	held atomic.Int64 // windows
}

const (
	windowSize  = 16 << 10
	windowsHeld = 16 << 20 / windowSize
)

func openWindows(name string) (*windows, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &windows{file: f, size: info.Size(), all: make([]atomic.Pointer[[]byte], (info.Size()+windowSize-1)/windowSize)}, nil
}

func (w *windows) close() error { return w.file.Close() }

// read is what stands at an offset: as much as is asked for, or less at the end of the file. It must not be
// changed.
func (w *windows) read(at int64, n int) ([]byte, error) {
	n = int(min(int64(n), w.size-at))
	if at < 0 || n <= 0 {
		return nil, nil
	}
	begin := int(at % windowSize)
	if begin+n > windowSize {
		data := make([]byte, n)
		_, err := w.file.ReadAt(data, at)
		return data, err
	}
	window, err := w.window(at / windowSize)
	if err != nil {
		return nil, err
	}
	return window[begin : begin+n], nil
}

// window reads a window unless it is held; when too many are, it starts anew.
func (w *windows) window(i int64) ([]byte, error) {
	if known := w.all[i].Load(); known != nil {
		return *known, nil
	}
	data := make([]byte, min(windowSize, w.size-i*windowSize))
	if _, err := w.file.ReadAt(data, i*windowSize); err != nil {
		return nil, err
	}
	if w.held.Add(1) > windowsHeld {
		for j := range w.all {
			w.all[j].Store(nil)
		}
		w.held.Store(1)
	}
	w.all[i].Store(&data)
	return data, nil
}
