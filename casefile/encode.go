package casefile

import (
	"encoding/json"

	"gopkg.in/yaml.v3"
)

// Encode is any value as YAML, with the keys that it has in JSON, so that the two ways of
// printing one value agree.
func Encode(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil { // JSON is YAML, and a Node keeps its order
		return nil, err
	}
	plainStyle(&node)
	return yaml.Marshal(&node)
}

// plainStyle lets the writer choose: what JSON put in braces and quotes stands in lines.
func plainStyle(n *yaml.Node) {
	n.Style = 0
	for _, inner := range n.Content {
		plainStyle(inner)
	}
}
