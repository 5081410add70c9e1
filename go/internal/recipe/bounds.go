package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// The bounds of what a checkout may hold. Real recipes stay far below: the largest
// known has 20 compose files of a few kilobytes each.
const (
	maxPairs      = 1_000_000 // of entries of one list or mapping, all files together; a second's work
	maxCompose    = 1 << 20   // bytes of a compose file or of abra.sh
	maxFiles      = 64        // active compose files
	maxObjectFile = 1 << 20   // bytes of a config's or secret's file; swarm takes no more
	maxLength     = 4         // digits of a secret's length
	maxNodes      = 100_000   // YAML nodes of all files with aliases followed
	maxDepth      = 64        // of nested YAML
	maxFilled     = 16 << 20  // bytes of a file with its variables filled in
	maxTree       = 100_000   // files and folders of a checkout
)

// cost is what it takes to load YAML with its aliases followed.
type cost struct {
	nodes int
	pairs int // the loader compares each entry of a list or mapping with each other
}

// boundYAML works the cost of a document out without following its aliases, each
// anchor's once, and adds it to the checkout's.
func (f *Facts) boundYAML(text []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil //nolint:nilerr // the loader's own error says it better
	}
	c, err := (&measure{costs: map[*yaml.Node]cost{}}).node(&doc, 0)
	if err != nil {
		return err
	}
	return f.cost.add(c, &doc)
}

func (c *cost) add(other cost, at *yaml.Node) error {
	c.nodes += other.nodes
	c.pairs += other.pairs
	if c.nodes > maxNodes {
		return fmt.Errorf("line %d: expected at most %d nodes with aliases followed", at.Line, maxNodes)
	}
	if c.pairs > maxPairs {
		return fmt.Errorf("line %d: expected shorter lists: at most %d pairs of entries", at.Line, maxPairs)
	}
	return nil
}

type measure struct{ costs map[*yaml.Node]cost }

func (m *measure) node(n *yaml.Node, depth int) (cost, error) {
	if depth > maxDepth {
		return cost{}, fmt.Errorf("line %d: expected at most %d levels", n.Line, maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if c, ok := m.costs[n]; ok {
		if c.nodes == 0 {
			return cost{}, fmt.Errorf("line %d: an anchor contains itself", n.Line)
		}
		return c, nil
	}
	m.costs[n] = cost{}
	var total cost
	if err := total.add(cost{1, len(n.Content) * len(n.Content) / 2}, n); err != nil {
		return cost{}, err
	}
	for _, child := range n.Content {
		c, err := m.node(child, depth+1)
		if err != nil {
			return cost{}, err
		}
		if err := total.add(c, child); err != nil {
			return cost{}, err
		}
	}
	m.costs[n] = total
	return total, nil
}

func oneDocument(text []byte) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if err := d.Decode(&first); err != nil {
		return nil //nolint:nilerr // the loader's own error says it better
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return errors.New("expected one YAML document, found more: the loader would drop all but the first")
	}
	return nil
}

// boundFill keeps a short file from growing by its variables.
func (f *Facts) boundFill(text []byte) error {
	longest := 0
	for _, v := range f.Environment {
		longest = max(longest, len(v))
	}
	if size := len(text) + bytes.Count(text, []byte("$"))*longest; size > maxFilled {
		return fmt.Errorf("expected at most %d bytes with variables filled in, found up to %d", maxFilled, size)
	}
	return nil
}
