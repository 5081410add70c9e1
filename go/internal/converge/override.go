package converge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// stateLabel holds a digest of all that a deploy was made from. It is on the app's first
// service: what is deployed says itself whether it is what the server file asks for.
const stateLabel = "cc-ci.state"

// overlay is a compose file of the converger's own behind the recipe's, so that the clone
// stays exactly the published version.
type overlay struct {
	Labels map[string]string // of the service app
	Config string            // a config of the recipe that is replaced; empty: none
	Named  string            // its new name in the swarm
	File   string            // and the file that it is made from
	Driver string            // template driver of the recipe's
	Bind   string            // a folder of the host that the service app gets in the place of the recipe's; empty: none
	Target string            // where it has it
}

// text gives the compose file. Values that abra would fill in are kept from it.
func (o overlay) text(state string) ([]byte, error) {
	labels := map[string]string{stateLabel: state}
	for _, key := range slices.Sorted(maps.Keys(o.Labels)) {
		labels[key] = strings.ReplaceAll(o.Labels[key], "$", "$$")
	}
	app := map[string]any{"deploy": map[string]any{"labels": labels}}
	if o.Bind != "" {
		app["volumes"] = []any{map[string]any{"type": "bind", "source": o.Bind, "target": o.Target}}
	}
	doc := map[string]any{"version": "3.8", "services": map[string]any{"app": app}}
	if o.Config != "" {
		config := map[string]any{"name": o.Named, "file": o.File}
		if o.Driver != "" {
			config["template_driver"] = o.Driver
		}
		doc["configs"] = map[string]any{o.Config: config}
	}
	out, err := yaml.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("override: %w", err)
	}
	return out, nil
}

// short names a text by its content.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:5])
}
