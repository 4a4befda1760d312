// Package casefile is the domain of casebook: cases, patterns and the people and
// machines around them, as they stand in YAML files.
//
// A case is born when forensic data arrives, is answered by patterns, and is closed
// with a reason. One whole case file:
//
//	case_id: "1-10293847"
//	status: mitigator-notified
//	endpoint: ws-017
//	mitigation_server: tm-01
//	received: 2026-11-23T09:12:00Z
//	updated: 2026-11-23T10:40:12Z
//	forensic_data:
//	  file: ws-017.zip
//	  size: 48211
//	  sha256: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
//
// Its rules:
//
//   - Identity is the path: account, key and pattern ID stand in the path of a record
//     and nowhere else (record.go).
//   - What may happen to a case is one table, Moves (moves.go).
//   - Every record says once which keys it has and what they hold (its fields method);
//     reading, writing, splicing and the JSON Schema all follow from that.
//   - Reading is strict and complete: everything wrong with a file is a Problem with its
//     place, and nothing is skipped (read.go).
//   - A change to a file touches only the bytes of the values that change (splice.go).
//
// The package knows no git, no clock, no file system and no terminal: times, names and
// bytes come in as arguments, values and errors go out.
package casefile
