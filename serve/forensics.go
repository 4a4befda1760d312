package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"casebook/casefile"
	"casebook/repo"

	"github.com/labstack/echo/v4"
)

// forOperators lets operators in. To a mitigator there is nothing here.
func (a *api) forOperators(do func(echo.Context, *published, *operator) error) echo.HandlerFunc {
	return guarded(func(c echo.Context) error {
		p := a.current.Load()
		if p == nil {
			return &notPublished
		}
		w := c.Response().Writer
		w.Header()["Casebook-Commit"] = p.header
		if o := p.operator(c.Request()); o != nil {
			if err := o.pace.keep(w, a.now(), a.rate); err != nil {
				return err
			}
			return do(c, p, o)
		}
		if p.authenticate(c.Request(), a.now()) != nil {
			return &notFound
		}
		return &unauthorized
	})
}

// handOut answers GET /v1/cases/KEY/forensics. Once a whole answer went out, the case is
// downloaded, by the operator; a range of one proves nothing.
func (f *forensics) handOut(c echo.Context, p *published, o *operator) error {
	of, err := f.find(c, p.commit, o.customers)
	if err != nil {
		return err
	}
	content, err := f.open(c.Request().Context(), of)
	if err != nil {
		return err
	}
	defer content.Close()
	data := of.ForensicData
	w := c.Response().Writer
	for name, value := range map[string]string{
		"Content-Type": "application/zip", "X-Content-Type-Options": "nosniff", "Content-Disposition": attachment(data.File),
		"Cache-Control": "private, no-store", "Etag": `"sha256:` + string(data.SHA256) + `"`, "Repr-Digest": reprDigest(data.SHA256),
	} {
		w.Header().Set(name, value)
	}
	defer watched(w, c.Request(), content, stall)()
	c.Response().Committed = true
	went := &tally{ResponseWriter: w}
	conditions(c.Request())
	answered := &ranged{ResponseWriter: went, r: c.Request()}
	http.ServeContent(answered, c.Request(), "", time.Time{}, content)
	f.metrics.forensics.WithLabelValues("out").Add(float64(answered.sent))
	if answered.refused != nil {
		f.metrics.problem(answered.refused)
	}
	if went.status != http.StatusOK || went.sent != data.Size || http.NewResponseController(w).Flush() != nil || !reached(c.Request(), stall) {
		return nil
	}
	f.metrics.handedOut.Inc()
	f.log.Info("forensic data downloaded", "request", idOf(w), "case", of.Ref(), "operator", o.name)
	if err := f.downloaded(c.Request().Context(), of, o); err != nil {
		f.log.Error("download not recorded", "request", idOf(w), "case", of.Ref(), "operator", o.name, "error", err)
	}
	return nil
}

// find is the case the request means, among those of the customers in that commit.
func (f *forensics) find(c echo.Context, commit string, customers []casefile.Account) (*casefile.Case, error) {
	key, err := casefile.ParseKey(c.Param("key"))
	if err != nil {
		return nil, &notFound
	}
	s, err := f.repo.Snapshot(commit)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var found []*casefile.Case
	var names []string
	account, said := c.QueryParam("account"), c.QueryParams().Has("account")
	for _, a := range customers {
		of := &casefile.Case{Account: a, Key: key}
		if said && string(a) != account {
			continue
		}
		switch err := s.Get(of); {
		case err == nil:
			found, names = append(found, of), append(names, of.Ref().String())
		case !errors.Is(err, repo.ErrNotFound):
			return nil, err
		}
	}
	switch len(found) {
	case 0:
		return nil, &notFound
	case 1:
		return found[0], nil
	}
	return nil, ambiguous.because("%s; say which with ?account=", strings.Join(names, ", "))
}

// open opens the evidence, if it is here and still what it was.
func (f *forensics) open(ctx context.Context, of *casefile.Case) (*os.File, error) {
	data := of.ForensicData
	content, err := f.repo.State().Open(repo.Forensics, data.SHA256)
	if errors.Is(err, repo.ErrNotFound) {
		f.log.Warn("forensic data is not in this state folder", "case", of.Ref())
		return nil, notFound.because("the forensic data of %s is not on this server", of.Ref())
	}
	if err != nil {
		return nil, err
	}
	if err := f.intact.check(ctx, content, data.SHA256, data.Size); err != nil {
		return nil, errors.Join(fmt.Errorf("forensic data of %s: %w", of.Ref(), err), content.Close())
	}
	return content, nil
}

// downloaded moves the case along, if it is not further already.
func (f *forensics) downloaded(ctx context.Context, of *casefile.Case, o *operator) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeTime)
	defer cancel()
	by := &repo.Signature{Name: string(o.name), Email: string(o.name) + "@operators.invalid"}
	how := f.how(by)
	_, err := f.repo.Change(ctx, how, func(tx *repo.Tx) (repo.Message, error) {
		now := &casefile.Case{Account: of.Account, Key: of.Key}
		if err := tx.Get(now); err != nil {
			return repo.Message{}, err
		}
		if err := now.Download(); err != nil {
			return repo.Message{}, err
		}
		said := repo.Message{Verb: "download", Case: of.Ref(), Subject: fmt.Sprintf("case download %s: %s", of.Ref(), of.ForensicData.File)}
		return said, tx.Put(now)
	})
	return err
}
