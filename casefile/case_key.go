package casefile

import (
	"fmt"
	"strconv"
	"strings"
)

// Misnamed says why a new case cannot have been given its key; "" where it can. Whoever looks for an
// earlier case of the endpoint looks for such keys only.
func (c *Case) Misnamed(taken func(Key) bool) string {
	stem := c.Key.Day() + "-" + Slug(c.Endpoint)
	rest, fits := strings.CutPrefix(string(c.Key), stem)
	number := strings.TrimPrefix(rest, "-")
	n, err := strconv.Atoi(number)
	switch {
	case fits && rest == "":
		return ""
	case !fits || err != nil || n < 2 || rest != "-"+strconv.Itoa(n):
		return fmt.Sprintf("a case from there, received on that day, has the key %s", stem)
	}
	before := Key(stem)
	if n > 2 {
		before = Key(stem + "-" + strconv.Itoa(n-1))
	}
	if !taken(before) {
		return fmt.Sprintf("the key %s is not taken", before)
	}
	return ""
}
