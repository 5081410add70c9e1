package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/docker/cli/cli/compose/types"
	"gopkg.in/yaml.v3"

	"coopcloud.tech/cc-ci/internal/site"
)

// RunLabel marks every service, volume and network of a run, so that what is
// left of it can be found and nobody else's is touched (S8, S9).
const RunLabel = "cc-ci.run"

// Overlay says what the driver's own compose file adds to a recipe.
type Overlay struct {
	Recipe string
	Run    string          // the run's id, for RunLabel
	Site   []site.Override // the machine's; those of other recipes are left out
	Limits site.Limits     // of the machine, for each service
	Hosts  AppHosts        // for overrides with a RouterService
}

type overlayFile struct {
	Version  any                           `yaml:"version,omitempty"`
	Services map[string]overlayService     `yaml:"services,omitempty"`
	Volumes  map[string]types.VolumeConfig `yaml:"volumes,omitempty"`
	Networks map[string]overlayNetwork     `yaml:"networks,omitempty"`
	Configs  map[string]overlayConfig      `yaml:"configs,omitempty"`
}

type overlayService struct {
	Image       string            `yaml:"image,omitempty"`
	HealthCheck *overlayCheck     `yaml:"healthcheck,omitempty"`
	ExtraHosts  []string          `yaml:"extra_hosts,omitempty"`
	Environment map[string]string `yaml:"environment,omitempty"`
	Configs     []overlayMount    `yaml:"configs,omitempty"`

	Logging *types.LoggingConfig `yaml:"logging,omitempty"`
	Deploy  overlayDeploy        `yaml:"deploy"`
}

type overlayCheck struct {
	Interval string `yaml:"interval"`
}

type overlayDeploy struct {
	EndpointMode string            `yaml:"endpoint_mode,omitempty"`
	Resources    *overlayResources `yaml:"resources,omitempty"`
	Labels       map[string]string `yaml:"labels"`
}

// overlayNetwork is types.NetworkConfig with an ipam that vanishes when empty:
// older schemas refuse an empty one.
type overlayNetwork struct {
	Name       string            `yaml:"name,omitempty"`
	Driver     string            `yaml:"driver,omitempty"`
	DriverOpts map[string]string `yaml:"driver_opts,omitempty"`
	Ipam       *types.IPAMConfig `yaml:"ipam,omitempty"`
	Internal   bool              `yaml:"internal,omitempty"`
	Attachable bool              `yaml:"attachable,omitempty"`
	Labels     types.Labels      `yaml:"labels"`
}

// Override gives the compose file that the driver adds behind the recipe's own:
// the run's label on everything the recipe declares, the machine's limits, and what this machine needs.
// shown has one line for the limits and one for each machine override that changed something ("name:
// what it does (reason)"), for the result. The text depends on its input alone.
//
// abra joins the names in COMPOSE_FILE to the recipe's folder: name the file
// relative to it ("../../override.yml"), so that the checkout stays clean.
func Override(f *Facts, o Overlay) (text []byte, shown []string, err error) {
	if f.Config == nil {
		return nil, nil, errors.New("override: the recipe's compose files did not load")
	}
	file := overlayFile{
		Version: f.written, Services: map[string]overlayService{},
		Volumes: map[string]types.VolumeConfig{}, Networks: map[string]overlayNetwork{},
	}
	for _, s := range f.Services {
		file.Services[s.Name] = overlayService{Deploy: overlayDeploy{Labels: map[string]string{RunLabel: o.Run}}}
	}
	// The loader's merge replaces a top-level volume or network whole, so the
	// recipe's own definition is repeated with the label added.
	for key, v := range f.Config.Volumes {
		if !v.External.External {
			v.Labels = labelled(v.Labels, o.Run)
			file.Volumes[key] = v
		}
	}
	for key, n := range f.Config.Networks {
		if !n.External.External {
			file.Networks[key] = network(n, o.Run)
		}
	}
	if line := file.limit(f, o.Limits); line != "" {
		shown = append(shown, line)
	}
	for _, m := range o.Site {
		if !o.concerns(m) {
			continue
		}
		line, err := file.apply(f, m, o.Hosts)
		if err != nil {
			return nil, nil, err
		}
		if line != "" {
			shown = append(shown, line)
		}
	}
	text, err = file.marshal()
	if err != nil {
		return nil, nil, fmt.Errorf("override: %w", err)
	}
	return text, shown, nil
}

// marshal doubles each "$" of a value: abra fills variables in once more.
func (file *overlayFile) marshal() ([]byte, error) {
	var doc yaml.Node
	if err := doc.Encode(file); err != nil {
		return nil, err
	}
	escape(&doc)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	err := enc.Encode(&doc)
	return out.Bytes(), err
}

func escape(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.Value = strings.ReplaceAll(n.Value, "$", "$$")
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 { // keys are never filled in
			escape(c)
		}
	}
}

func labelled(labels types.Labels, run string) types.Labels {
	out := types.Labels{RunLabel: run}
	maps.Copy(out, labels)
	out[RunLabel] = run
	return out
}

func network(n types.NetworkConfig, run string) overlayNetwork {
	out := overlayNetwork{
		Name: n.Name, Driver: n.Driver, DriverOpts: n.DriverOpts,
		Internal: n.Internal, Attachable: n.Attachable, Labels: labelled(n.Labels, run),
	}
	if n.Ipam.Driver != "" || len(n.Ipam.Config) > 0 {
		out.Ipam = &n.Ipam
	}
	return out
}
