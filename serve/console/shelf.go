package console

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"casebook/casefile"
	"casebook/repo"
)

// shelf keeps the books of the commit that is published, for as long as they are the newest.
type shelf struct {
	mu         sync.Mutex
	books      map[casefile.Account]*book
	endpoints  merged[*endpointRow]
	deliveries merged[deliveryRow]
}

// merged is one list made of those of all customers, for as long as their books are the same.
type merged[R any] struct {
	mu   sync.Mutex
	from []*book
	list *list[R]
}

// of is the list of these books: make sorts the rows that pick finds in each.
func (m *merged[R]) of(books []*book, pick func(*book) *list[R], make func([]R) *list[R]) *list[R] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.list != nil && slices.Equal(m.from, books) {
		return m.list
	}
	var rows []R
	for _, b := range books {
		rows = append(rows, pick(b).rows...)
	}
	m.from, m.list = books, make(rows)
	return m.list
}

// book is the book of a customer of the commit that is shown.
func (k *Console) book(r *request, a casefile.Account) (*book, error) {
	h := r.Customers[a]
	if h == nil {
		return nil, fmt.Errorf("customer %s: %w", a, repo.ErrNotFound)
	}
	of := k.observed().by[a]
	s := &k.shelf
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.books[a]
	if was != nil && was.Holdings == h && was.reports == of {
		return was, nil
	}
	if s.books == nil {
		s.books = map[casefile.Account]*book{}
	}
	maps.DeleteFunc(s.books, func(a casefile.Account, _ *book) bool { return r.Customers[a] == nil })
	s.books[a] = newBook(h, of, was)
	return s.books[a], nil
}

// books are the books of all customers, by account.
func (k *Console) books(r *request) []*book {
	all := make([]*book, 0, len(r.Customers))
	for _, a := range slices.Sorted(maps.Keys(r.Customers)) {
		b, _ := k.book(r, a) // it is there
		all = append(all, b)
	}
	return all
}
