package casefile

// Rule is the kind of a problem, one word that does not change between versions.
type Rule string

// The rules of reading one file.
const (
	RuleSyntax         Rule = "syntax"          // not YAML
	RuleEncoding       Rule = "encoding"        // not UTF-8, a byte-order mark, a control character
	RuleEmptyFile      Rule = "empty-file"      // nothing but comments
	RuleTooLarge       Rule = "too-large"       // more than MaxFile bytes
	RuleSecondDocument Rule = "second-document" // more after "---"
	RuleAlias          Rule = "alias"           // an anchor, an alias or a merge key
	RuleTag            Rule = "tag"             // an explicit tag
	RuleDuplicateKey   Rule = "duplicate-key"   // the same key twice
	RuleUnknownKey     Rule = "unknown-key"     // a key the record does not have
	RuleMissingKey     Rule = "missing-key"     // a key the record needs
	RuleEmptyValue     Rule = "empty-value"     // a key without a value
	RuleWrongType      Rule = "wrong-type"      // a list where a text belongs, and the like
	RuleUnquoted       Rule = "unquoted"        // a number, date or truth value where a text belongs
	RuleUnknownWord    Rule = "unknown-word"    // not one of the words allowed
	RuleBadValue       Rule = "bad-value"       // a text that breaks the grammar of its key
	RuleContradiction  Rule = "contradiction"   // two keys of one file that cannot both be right
)

// The rules of a casebook as a whole.
const (
	RuleStrayFile     Rule = "stray-file"     // a file or folder that belongs nowhere
	RuleNotAFile      Rule = "not-a-file"     // a symbolic link, executable or submodule
	RuleMissingFile   Rule = "missing-file"   // a file that a record names
	RuleWrongBytes    Rule = "wrong-bytes"    // a pattern file of another size or digest, or a pointer to one
	RuleUnknownRecord Rule = "unknown-record" // a reference to a record that is not there
	RulePatternGap    Rule = "pattern-gap"    // a pattern ID that was skipped
	RuleUnsettled     Rule = "unsettled"      // a closed case with entries neither resolved nor withdrawn
	RuleSharedToken   Rule = "shared-token"   // one token for two mitigators
	RuleSharedCaseID  Rule = "shared-case-id" // one Case ID for two cases of a customer
)

// The rules of a change.
const (
	RuleIllegalMove   Rule = "illegal-move"   // a status the table does not lead to
	RuleFixedField    Rule = "fixed-field"    // a change to what never changes
	RuleDeletedRecord Rule = "deleted-record" // a record that is gone
	RuleCaseKey       Rule = "case-key"       // a new case with another key than it would have been given
	RuleReusedID      Rule = "reused-id"      // a pattern ID or case key that somebody else took meanwhile
	RuleSignature     Rule = "signature"      // a commit that nobody signed who may
	RuleOddTime       Rule = "odd-time"       // a time before what must have come first, or in time to come
	RuleAttributes    Rule = "attributes"     // git may convert bytes
	RuleOtherBranch   Rule = "other-branch"   // casebook.yaml names another branch than before
)
