package serve

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"os"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// forensics takes forensic data in from mitigators, and hands it out to operators.
//
// Taking in goes in this order, so that whatever fails, nothing half is kept, and a
// mitigator that hears no answer can hand the same in again:
//
//  1. the bytes come into the state folder, on no shelf yet, and are synced;
//  2. they are a zip, with the digest that was told;
//  3. under the casebook's lock, a case with the same bytes from the same endpoint by the
//     same mitigator is looked for, and if there is one, it is the answer;
//  4. else the bytes go onto the shelf, and then the case into git.
//
// A crash after 4 began can leave evidence on the shelf that no case names. Handing it in
// again makes the case; evidence is never deleted.
type forensics struct {
	*publisher
	limit   int64 // bytes
	earlier earlier
	intact  intact
}

// largestForensics is the limit unless another is set.
const largestForensics = 2 << 30

// changeTime is how long a change waits for others who change the casebook.
const changeTime = 20 * time.Second

// take answers POST /v1/cases.
func (f *forensics) take(c call) error {
	err := f.takeIn(c)
	if err != nil {
		f.metrics.turnedAway.WithLabelValues(problemOf(err).word()).Inc()
	}
	return err
}

func (f *forensics) takeIn(c call) error {
	r := c.Request()
	in, err := handedInBy(c.by, r)
	if err != nil {
		return err
	}
	if r.ContentLength > f.limit {
		return tooLarge.because("forensic data has %d bytes at the most", f.limit)
	}
	body := newUpload(c.w, r, f.limit)
	arrived, err := f.repo.State().Arrive(r.Context(), body, nil)
	defer body.end()
	if err := body.problem(f.limit); err != nil {
		lastOn(c.w)
		return err
	}
	if err != nil {
		return err
	}
	defer arrived.Close()
	if err := in.check(arrived); err != nil {
		return err
	}
	of, fresh, err := f.receive(r.Context(), in.like, arrived)
	if err != nil {
		return err
	}
	status := http.StatusOK
	f.metrics.forensics.WithLabelValues("in").Add(float64(arrived.Size))
	if fresh {
		status = http.StatusCreated
		f.metrics.handedIn.Inc()
		f.log.Info("received", "request", idOf(c.w), "case", of.Ref(), "mitigator", c.by.name, "size", arrived.Size)
	}
	c.w.Header().Set("Location", "/v1/cases/"+string(of.Key))
	return answer(c.Context, status, newReceived(of))
}

// received is the body of the answer to POST /v1/cases.
type received struct {
	Account  casefile.Account `json:"account"`
	Case     casefile.Key     `json:"case"`
	Endpoint string           `json:"endpoint"`
	Received casefile.Time    `json:"received"`
	File     string           `json:"file"`
	Size     int64            `json:"size"`
	SHA256   casefile.Digest  `json:"sha256"`
}

func newReceived(of *casefile.Case) received {
	data := of.ForensicData
	return received{of.Account, of.Key, of.Endpoint, of.Received, data.File, data.Size, data.SHA256}
}

// handedIn is what a request says about the forensic data in its body.
type handedIn struct {
	like   *casefile.Case  // without what only the bytes and the casebook can tell
	digest casefile.Digest // "" if it was not told
}

func handedInBy(by *visitor, r *http.Request) (handedIn, error) {
	var in handedIn
	if err := isZipKind(r.Header); err != nil {
		return in, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return in, badRequest.because("the query cannot be read")
	}
	for name, values := range query {
		if name != "endpoint" && name != "file" || len(values) != 1 {
			return in, badRequest.because("%q: the query has one endpoint, and perhaps one file", name)
		}
	}
	endpoint, err := casefile.ParseLine(query.Get("endpoint"))
	if err != nil {
		return in, badRequest.because("endpoint: %v", err)
	}
	file, err := fileNamed(r.Header, query.Get("file"), casefile.Slug(endpoint)+".zip")
	if err != nil {
		return in, badRequest.because("%v", err)
	}
	if in.digest, err = contentDigest(r.Header["Content-Digest"]); err != nil {
		return in, badRequest.because("%v", err)
	}
	in.like = &casefile.Case{
		Account: by.of.account, MitigationServer: by.name, Endpoint: endpoint,
		ForensicData: casefile.Forensics{File: file},
	}
	return in, nil
}

// isZipKind refuses bodies that are said to be something else, like a browser's form.
func isZipKind(h http.Header) error {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case h.Get("Content-Encoding") != "":
	case h.Get("Content-Type") == "":
		return nil
	case err == nil && (kind == "application/zip" || kind == "application/x-zip-compressed" || kind == "application/octet-stream"):
		return nil
	}
	return unsupportedMedia.because("send application/zip, not encoded")
}

// fileNamed is the name the sender gives the file: in the query, in Content-Disposition,
// or none.
func fileNamed(h http.Header, asked, unnamed string) (string, error) {
	if asked != "" {
		return casefile.ParseFileName(asked)
	}
	if disposition := h.Get("Content-Disposition"); disposition != "" {
		_, parameters, err := mime.ParseMediaType(disposition)
		if err != nil {
			return "", errors.New("Content-Disposition cannot be read")
		}
		if name := parameters["filename"]; name != "" {
			return casefile.ParseFileName(name)
		}
	}
	return unnamed, nil
}

// check compares the bytes with what was said about them, and notes what they are.
func (in *handedIn) check(arrived *repo.Arrival) error {
	if in.digest != "" && in.digest != arrived.SHA256 {
		return wrongDigest.because("Content-Digest says %s, the body has %s", in.digest, arrived.SHA256)
	}
	if err := repo.CheckZip(arrived, arrived.Size); err != nil {
		return notAZip.because("%v", err)
	}
	in.like.ForensicData.Size, in.like.ForensicData.SHA256 = arrived.Size, arrived.SHA256
	return nil
}

// receive makes the case, unless there is one already. A sender that is gone does not stop
// it: the bytes are whole, and it will ask again.
func (f *forensics) receive(ctx context.Context, like *casefile.Case, arrived *repo.Arrival) (of *casefile.Case, fresh bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeTime)
	defer cancel()
	by := &repo.Signature{
		Name:  fmt.Sprintf("%s (%s)", like.MitigationServer, like.Account),
		Email: fmt.Sprintf("%s@%s.mitigators.invalid", like.MitigationServer, like.Account),
	}
	how := f.how(by)
	_, err = f.repo.Change(ctx, how, func(tx *repo.Tx) (repo.Message, error) {
		if of, err = f.earlier.find(tx.Snapshot, like); err != nil || of != nil {
			return repo.Message{}, errors.Join(err, f.shelve(arrived))
		}
		key, err := tx.FreeKey(like.Account, like.Endpoint)
		if err != nil {
			return repo.Message{}, err
		}
		fresh = true
		of = casefile.CaseRef{Account: like.Account, Key: key}.Receive(like.Endpoint, like.MitigationServer, like.ForensicData, tx.Now())
		if err := tx.Put(of); err != nil {
			return repo.Message{}, err
		}
		return receiveMessage(of), f.shelve(arrived)
	})
	return of, fresh, err
}

// shelve puts the bytes onto the shelf, where they may be missing even for a case that is
// there: a clone has none.
func (f *forensics) shelve(arrived *repo.Arrival) error {
	at, err := os.Stat(f.repo.State().Path(repo.Forensics, arrived.SHA256))
	if err == nil && at.Size() == arrived.Size {
		return nil
	}
	return arrived.Shelve(repo.Forensics)
}

func receiveMessage(of *casefile.Case) repo.Message {
	return repo.Message{
		Verb: "receive", Case: of.Ref(), Subject: "case receive " + of.Ref().String(),
		Body: fmt.Sprintf("forensic data from %s by %s", of.Endpoint, of.MitigationServer),
	}
}
