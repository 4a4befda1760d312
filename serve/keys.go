package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// checkKeys checks that a body is one JSON object with some of these keys, spelt so, each of them once and
// with something behind it.
func checkKeys(body []byte, known ...string) error {
	d := json.NewDecoder(bytes.NewReader(body))
	switch begin, err := d.Token(); {
	case err != nil:
		return err
	case begin != json.Delim('{'):
		return errors.New("the body is no JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := nextKey(d, known)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%s: stands there twice", key)
		}
		seen[key] = true
	}
	if _, err := d.Token(); err != nil {
		return io.ErrUnexpectedEOF
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// nextKey reads a key and what is behind it.
func nextKey(d *json.Decoder, known []string) (string, error) {
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	key, _ := token.(string) // the decoder takes nothing else for a key
	var value json.RawMessage
	switch err := d.Decode(&value); {
	case err != nil:
		return "", err
	case !slices.Contains(known, key):
		return "", fmt.Errorf("unknown key %q", key)
	case string(value) == "null":
		return "", fmt.Errorf("%s: a text belongs there, not null", key)
	}
	return key, nil
}
