package standin

import (
	"fmt"
	"slices"
	"strings"

	composetypes "github.com/docker/cli/cli/compose/types"

	"coopcloud.tech/cc-ci/internal/standin/stack"
)

// secret is one secret that an active compose file uses.
type secret struct {
	Name      string // key in the compose file
	Version   string
	Remote    string // <stack>_<name>_<version>
	Modifiers map[string]string
}

// secrets gives the external secrets that services of the configuration use, by name.
// A name that the engine would refuse, or one without a version, is an error.
func (a *app) secrets(config *composetypes.Config) ([]secret, error) {
	used := map[string]bool{}
	for _, service := range config.Services {
		for _, s := range service.Secrets {
			used[s.Source] = true
		}
	}
	var out []secret
	for key := range used {
		declared := config.Secrets[key]
		if !declared.External.External || !strings.HasPrefix(declared.Name, a.Stack+"_") {
			continue
		}
		if len(declared.Name) > stack.MaxName {
			return nil, fmt.Errorf("secret %s is > %d chars when combined with %s", key, stack.MaxName, a.Stack)
		}
		version := declared.Name[strings.LastIndex(declared.Name, "_")+1:]
		if version == "" {
			return nil, fmt.Errorf("missing version for secret? (%s)", key)
		}
		variable := "SECRET_" + strings.ToUpper(key) + "_VERSION"
		out = append(out, secret{key, version, declared.Name, a.Env.Modifiers[variable]})
	}
	slices.SortFunc(out, func(a, b secret) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// byHand says whether the secret must be inserted, not generated.
func (s secret) byHand() bool { return s.Modifiers["generate"] == "false" }
