package console

import (
	"maps"
	"slices"
)

// customers are all customers.
func (k *Console) customers(r *request) (*view, error) {
	return &view{name: "customers", title: "Customers", data: slices.Sorted(maps.Keys(r.Customers))}, nil
}
