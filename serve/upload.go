package serve

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// upload is a body that may be long in coming: the server's ReadTimeout does not hold for
// it, but it must not stop coming, nor come slower than any line does.
type upload struct {
	body    io.Reader
	control *http.ResponseController
	until   time.Time
	err     error // why no more could be read; an error of Read and not of what is done with the bytes
}

func newUpload(w http.ResponseWriter, r *http.Request, limit int64) *upload {
	length := limit
	if r.ContentLength >= 0 {
		length = r.ContentLength
	}
	return &upload{
		body:    http.MaxBytesReader(w, r.Body, limit),
		control: http.NewResponseController(w),
		until:   time.Now().Add(answerTime + time.Duration(length/slowest)*time.Second),
	}
}

func (u *upload) Read(p []byte) (int, error) {
	next := time.Now().Add(answerTime)
	if next.After(u.until) {
		next = u.until
	}
	_ = u.control.SetReadDeadline(next) // a test's recorder has none
	n, err := u.body.Read(p)
	if err != nil && err != io.EOF {
		u.err = err
	}
	return n, err
}

// end gives the time that was spent on the body back to the answer.
func (u *upload) end() {
	_ = u.control.SetReadDeadline(time.Time{})
	_ = u.control.SetWriteDeadline(time.Now().Add(answerTime))
}

// problem is what was wrong with the body, if anything was.
func (u *upload) problem(limit int64) error {
	var large *http.MaxBytesError
	switch {
	case u.err == nil:
		return nil
	case errors.As(u.err, &large):
		return tooLarge.because("forensic data has %d bytes at the most", limit)
	}
	return badRequest.because("the body is cut short")
}
