package casefile

import "strings"

// Every word of every file is held against a grammar. What could be said in a regular expression, and for the
// schema is, is said here by hand, which is ten times as quick; a test holds the two together.

// isName is nameForm.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLowerAlnum(c) && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return s != "" && isLowerAlnum(s[0]) && isLowerAlnum(s[len(s)-1])
}

// isDevice reports whether Windows takes a file of that name for a device.
func isDevice(s string) bool {
	stem, _, _ := strings.Cut(s, ".")
	switch stem = strings.ToLower(stem); {
	case stem == "con", stem == "prn", stem == "aux", stem == "nul":
		return true
	case strings.HasPrefix(stem, "com"), strings.HasPrefix(stem, "lpt"):
		return len(stem) == 4 && digits(stem[3:]) >= 0
	}
	return false
}

// isKey is keyForm, with a day that there is.
func isKey(s string) bool {
	if len(s) < len("20261123-x") || !isDay(digits(s[:4]), digits(s[4:6]), digits(s[6:8])) || s[8] != '-' {
		return false
	}
	for i := 9; i < len(s); i++ {
		if c := s[i]; !isLowerAlnum(c) && (c != '-' || s[i-1] == '-') {
			return false
		}
	}
	return s[len(s)-1] != '-'
}

// digits is the number that decimal digits say, or -1.
func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

func isDay(year, month, day int) bool {
	return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// isDigest is digestForm.
func isDigest(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == 64
}

// isCount reports whether a text is a whole number above zero, of so many digits at the most.
func isCount(s string, most int) bool {
	if s == "" || len(s) > most || s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isSimple reports whether a text is a line in which nothing can be wrong: of printable ASCII, and not long.
func isSimple(s string) bool {
	if s == "" || len(s) > maxLine || s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func isLowerAlnum(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isAlnum(c byte) bool { return c >= '0' && c <= '9' || isLetter(c) }
