package serve

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// slowest is the rate below which a body that is sent to us is cut, in bytes a second.
const slowest = 1 << 10

// upload is a body that may be long in coming: the server's ReadTimeout does not hold for
// it, but it must not stand still, nor only trickle.
type upload struct {
	body    io.Reader
	control *http.ResponseController
	begun   time.Time
	got     int64
	whole   bool
	err     error // why no more could be read; an error of Read and not of what is done with the bytes
}

func newUpload(w http.ResponseWriter, r *http.Request, limit int64) *upload {
	return &upload{body: http.MaxBytesReader(w, r.Body, limit), control: http.NewResponseController(w), begun: time.Now()}
}

func (u *upload) Read(p []byte) (int, error) {
	_ = u.control.SetReadDeadline(u.deadline(time.Now())) // a test's recorder has none
	n, err := u.body.Read(p)
	u.got += int64(n)
	u.whole = err == io.EOF
	if err != nil && err != io.EOF {
		u.err = err
	}
	return n, err
}

// deadline is when the next bytes must have come.
func (u *upload) deadline(now time.Time) time.Time {
	moving := now.Add(answerTime)
	trickling := u.begun.Add(answerTime + time.Duration(u.got/slowest)*time.Second)
	if trickling.Before(moving) {
		return trickling
	}
	return moving
}

// end gives the time that was spent on the body back to the answer. What is left of a body
// net/http reads on, but not for ever.
func (u *upload) end() {
	now := time.Now()
	_ = u.control.SetWriteDeadline(now.Add(answerTime))
	if u.whole {
		_ = u.control.SetReadDeadline(time.Time{}) // or it would end the request while that is still answered
	} else {
		_ = u.control.SetReadDeadline(now.Add(answerTime))
	}
}

// lastOn makes an answer the last one on its connection, where the rest of the body would be waited for
// before it is sent, and gives it time of its own: the body had used up that of both.
func lastOn(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime)) // a test's recorder has none
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
