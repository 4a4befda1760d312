package serve

import (
	"errors"

	"casebook/casefile"
	"casebook/repo"

	"github.com/labstack/echo/v4"
)

// told is the body of GET /v1/cases/KEY: what was received, and how far it has come.
type told struct {
	received
	Status  casefile.Status `json:"status"`
	CaseID  string          `json:"case_id,omitempty"` // once the vendor issued it
	Updated casefile.Time   `json:"updated,omitzero"`
}

// forBoth lets operators in, and mitigators for their own customer.
func (a *api) forBoth(do func(echo.Context, *published, []casefile.Account) error) echo.HandlerFunc {
	mitigators := a.admit(func(c call) error { return do(c.Context, c.published, []casefile.Account{c.by.of.account}) })
	operators := a.forOperators(func(c echo.Context, p *published, o *operator) error { return do(c, p, o.customers) })
	return func(c echo.Context) error {
		if p := a.current.Load(); p != nil && p.operator(c.Request()) != nil {
			return operators(c)
		}
		return mitigators(c)
	}
}

// tell answers GET /v1/cases/KEY. A case that was received a moment ago may not be published yet, and its
// sender was told where it is: so it is looked for at the tip of the branch, too.
func (f *forensics) tell(c echo.Context, p *published, customers []casefile.Account) error {
	of, err := f.find(c, p.commit, customers)
	if errors.Is(err, &notFound) {
		if tip, gone := f.repo.Tip(f.found.Load().branch); gone == nil && tip != p.commit {
			if of, err = f.find(c, tip, customers); err == nil {
				c.Response().Header()["Casebook-Commit"] = []string{tip}
			}
		}
	}
	var broken casefile.Problems // of a tip that is not published
	if errors.As(err, &broken) || errors.Is(err, repo.ErrNoCommit) {
		return &notFound
	}
	if err != nil {
		return err
	}
	body, err := encode(told{newReceived(of), of.Status, of.CaseID, of.Updated})
	if err != nil {
		return err
	}
	f.show(c, newSmallDocument(body))
	return nil
}
