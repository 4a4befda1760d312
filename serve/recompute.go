package serve

import (
	"fmt"

	"casebook/casefile"
	"casebook/repo"
)

// List is what a mitigator of one customer is answered, made of one commit: GET /v1/patterns
// as every server answers it at that commit.
type List struct {
	Body []byte
	ETag string // of Body as it is; compressed, it has "-gzip" before the last quote
}

// ListAt makes the list anew. A commit that has problems is never published: they are the
// error.
func ListAt(s *repo.Snapshot, a casefile.Account) (List, error) {
	problems, err := s.Validate()
	if err != nil {
		return List{}, err
	}
	if problems.Errors() > 0 {
		return List{}, problems
	}
	if s.CustomerTree(a) == "" {
		return List{}, fmt.Errorf("customer %s: %w in commit %s", a, repo.ErrNotFound, s.Commit())
	}
	holdings, _, err := s.Customer(a)
	if err != nil {
		return List{}, err
	}
	body, err := encode(newList(holdings))
	if err != nil {
		return List{}, err
	}
	return List{body, newDocument(body).plain.etag}, nil
}
