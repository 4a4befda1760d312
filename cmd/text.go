package cmd

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"casebook/casefile"
)

// short is text of n characters at the most.
func short(s string, n int) string {
	runes := []rune(casefile.OneLine(s))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bytesize is a size as people read it.
func bytesize(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, i := float64(n)/unit, 0
	for ; value >= unit && i < 4; i++ {
		value /= unit
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTP"[i])
}

// parseSize reads a size as people write it: bytes, or with K, M, G or T behind.
func parseSize(s string) (int64, error) {
	number := strings.TrimRight(s, "KMGT")
	n, err := strconv.ParseInt(number, 10, 64)
	power := len(s) - len(number)
	if power == 1 {
		power = 1 + strings.IndexByte("KMGT", s[len(s)-1])
	}
	if err != nil || n < 1 || len(s)-len(number) > 1 || n > math.MaxInt64>>(10*power) {
		return 0, fmt.Errorf("bad size %q: it is a number of bytes, or as in 500M or 2G", s)
	}
	return n << (10 * power), nil
}
