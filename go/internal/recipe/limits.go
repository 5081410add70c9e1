package recipe

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/compose/types"

	"coopcloud.tech/cc-ci/internal/site"
)

type overlayResources struct {
	Limits overlayLimits `yaml:"limits"`
}

type overlayLimits struct {
	Memory string `yaml:"memory,omitempty"`
	Pids   int    `yaml:"pids,omitempty"`
}

// logFiles is how many files a log is spread over, so that its newest lines are always there.
const logFiles = 2

// limit bounds what each service may take of the machine, where the recipe doesn't ask for less, and says so.
func (file *overlayFile) limit(f *Facts, most site.Limits) string {
	if most == (site.Limits{}) {
		return ""
	}
	counts := knowsPids(f)
	for _, s := range f.Config.Services {
		o := file.Services[s.Name]
		own := types.ResourceLimit{}
		if s.Deploy.Resources.Limits != nil {
			own = *s.Deploy.Resources.Limits
		}
		var l overlayLimits
		if bytes := int64(most.MemoryMiB) << 20; bytes > 0 && (own.MemoryBytes <= 0 || int64(own.MemoryBytes) > bytes) {
			l.Memory = strconv.FormatInt(bytes, 10)
		}
		if counts && most.Pids > 0 && (own.Pids <= 0 || own.Pids > int64(most.Pids)) {
			l.Pids = most.Pids
		}
		if l != (overlayLimits{}) {
			o.Deploy.Resources = &overlayResources{l}
		}
		if most.LogMiB > 0 {
			o.Logging = shortLog(s.Logging, most.LogMiB)
		}
		file.Services[s.Name] = o
	}
	what := fmt.Sprintf("limits: at most %d MiB of memory", most.MemoryMiB)
	if counts {
		what += fmt.Sprintf(", %d processes", most.Pids)
	}
	return what + fmt.Sprintf(" and %d MiB of log a service", most.LogMiB)
}

// knowsPids tells whether the schema of the compose files has a limit on processes: it came with 3.9.
func knowsPids(f *Facts) bool {
	minor, ok := strings.CutPrefix(f.ComposeVersion, "3.")
	n, err := strconv.Atoi(minor)
	return ok && err == nil && n >= 9
}

// shortLog is the logging that bounds a service's log, given what the recipe asks for. The loader's merge
// loses options where a driver is named without any, unless the driver changes: then it
// takes the whole. The driver `local`, which keeps 100 MiB without options, is such another one.
func shortLog(own *types.LoggingConfig, mib int) *types.LoggingConfig {
	options := map[string]string{"max-size": fmt.Sprintf("%dk", mib*1024/logFiles), "max-file": strconv.Itoa(logFiles)}
	switch {
	case own == nil || (own.Driver == "" || own.Driver == "json-file") && len(own.Options) == 0:
		return &types.LoggingConfig{Driver: "local", Options: options}
	case own.Driver == "" || own.Driver == "json-file":
		return &types.LoggingConfig{Driver: "json-file", Options: options}
	case own.Driver == "none":
		return nil
	}
	// The host's journal too: it bounds itself, by dropping what the server's own units wrote.
	return &types.LoggingConfig{Driver: "local", Options: options}
}
