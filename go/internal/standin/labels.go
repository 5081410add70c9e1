package standin

import (
	"strconv"
	"strings"
	"time"

	composetypes "github.com/docker/cli/cli/compose/types"
	"github.com/docker/docker/api/types/swarm"
)

// defaultTimeout is how long abra watches a deploy that has no timeout label.
const defaultTimeout = 50 * time.Second

// stamp is what a deploy writes on the app's services.
type stamp struct {
	Version      string // recipe version; unused where Chaos
	Chaos        bool
	ChaosVersion string
}

// recorded is the version that TYPE gets.
func (s stamp) recorded() string {
	if s.Chaos {
		return s.ChaosVersion
	}
	return s.Version
}

// label sets abra's labels on service app (contract 6). On a chaos deploy the version
// label is the compose file's own.
func (a *app) label(config *composetypes.Config, s stamp) {
	for i, service := range config.Services {
		if service.Name != "app" {
			continue
		}
		if service.Deploy.Labels == nil {
			config.Services[i].Deploy.Labels = composetypes.Labels{}
		}
		labels := config.Services[i].Deploy.Labels
		labels[a.key("recipe")] = a.Recipe.Name
		labels[a.key("chaos")] = strconv.FormatBool(s.Chaos)
		if s.Chaos {
			labels[a.key("chaos-version")] = s.ChaosVersion
		} else {
			labels[a.key("version")] = s.Version
		}
	}
}

func (a *app) key(name string) string { return "coop-cloud." + a.Stack + "." + name }

// expose adds the env file to the environment of service app, or of all, where the
// service doesn't set the variable itself. TYPE carries the version.
func (a *app) expose(config *composetypes.Config, version string, all bool) {
	for i, service := range config.Services {
		if service.Name != "app" && !all {
			continue
		}
		if service.Environment == nil {
			config.Services[i].Environment = composetypes.MappingWithEquals{}
		}
		for key, value := range a.Env.Values {
			if _, set := config.Services[i].Environment[key]; set {
				continue
			}
			if key == "TYPE" || key == "RECIPE" {
				value = a.Recipe.Name + ":" + version
			}
			config.Services[i].Environment[key] = &value
		}
	}
}

// timeout reads the limit from the label that the recipe set.
func (a *app) timeout(config *composetypes.Config) time.Duration {
	for _, service := range config.Services {
		if service.Name != "app" {
			continue
		}
		if seconds, err := strconv.Atoi(service.Deploy.Labels[a.key("timeout")]); err == nil && seconds > 0 {
			return time.Duration(seconds) * time.Second
		}
	}
	return defaultTimeout
}

// state is what the labels of a deployed app tell.
type state struct {
	Version, ChaosVersion string
	Chaos                 bool
}

// read gives the state that the labels tell, on whichever service they stand.
func (a *app) read(services []swarm.Service) state {
	var s state
	for _, service := range services {
		labels := service.Spec.Labels
		if v := labels[a.key("version")]; v != "" {
			s.Version = v
		}
		if v := labels[a.key("chaos-version")]; v != "" {
			s.ChaosVersion = v
		}
		s.Chaos = s.Chaos || labels[a.key("chaos")] == "true"
	}
	return s
}

// recorded is the version that an undeploy writes into TYPE; "" where nothing is known.
func (s state) recorded() string {
	if s.Chaos && s.ChaosVersion != "" {
		return s.ChaosVersion
	}
	return s.Version
}

// short gives a service's name without the stack's prefix.
func (a *app) short(service string) string { return strings.TrimPrefix(service, a.Stack+"_") }
