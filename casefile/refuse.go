package casefile

import (
	"bytes"

	"gopkg.in/yaml.v3"
)

// The tags that yaml.v3 resolves.
const (
	stringTag = "!!str"
	nullTag   = "!!null"
	mergeTag  = "!!merge"
)

func tagNoun(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a truth value"
	case "!!timestamp":
		return "a date"
	case mergeTag:
		return "a merge key"
	}
	return tag
}

// refuse complains of what makes a file mean something else than it seems to say: anchors,
// aliases, merge keys and tags. Alias bombs pass yaml.v3 in a tree, so no alias is followed.
func (r *reader) refuse(n *yaml.Node, name string) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.say(n, name, RuleAlias, "alias *"+n.Value, "write the value itself")
		return
	case n.Anchor != "":
		r.say(n, name, RuleAlias, "anchor &"+n.Anchor, "leave the anchor out")
	case n.Style&yaml.TaggedStyle != 0 || r.src.byteAt(r.src.offset(n.Line, n.Column)) == '!':
		r.say(n, name, RuleTag, "tag", "leave the tag out")
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			name := under(name, printable(key.Value))
			if key.Tag == mergeTag {
				r.say(key, name, RuleAlias, "merge key", "write the keys themselves")
			}
			r.refuse(key, name)
			r.refuse(n.Content[i+1], name)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			r.refuse(item, itemName(name, i))
		}
	}
}

// oneLine reports whether a key is followed by its colon and has no "?" before it: such
// keys hold no place where the splice could cut.
func (s *source) oneLine(key *yaml.Node) bool {
	start := s.offset(key.Line, key.Column)
	before := bytes.TrimRight(s.text[:start], " \t")
	after := bytes.TrimLeft(s.text[s.end(key):], " \t")
	return !bytes.HasSuffix(before, []byte("?")) && bytes.HasPrefix(after, []byte(":"))
}
