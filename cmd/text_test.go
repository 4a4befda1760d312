package cmd

import "testing"

func TestSizesAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64 // 0 is refused
	}{
		{"1", 1}, {"4096", 4096}, {"1K", 1 << 10}, {"500M", 500 << 20}, {"2G", 2 << 30}, {"3T", 3 << 40}, {"8388607T", 8388607 << 40},
		{"", 0}, {"0", 0}, {"0G", 0}, {"-1", 0}, {"G", 0}, {"2GG", 0}, {"2KM", 0}, {"2g", 0}, {"2 G", 0}, {"1.5G", 0},
		{"8388608T", 0}, {"9223372036854775808", 0},
	} {
		got, err := parseSize(c.text)
		if got != c.want || (err != nil) != (c.want == 0) {
			t.Errorf("%q: %d, %v", c.text, got, err)
		}
	}
}
