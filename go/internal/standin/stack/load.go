package stack

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/schema"
	composetypes "github.com/docker/cli/cli/compose/types"
)

// Load merges compose files in order and fills in variables from env alone. Relative
// paths in them are relative to dir. Duration fields that hold a variable are refused:
// abra validates before it fills in (contract 7).
func Load(dir string, files []string, env map[string]string) (*composetypes.Config, error) {
	details := composetypes.ConfigDetails{WorkingDir: dir, Environment: env}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("compose file: %w", err)
		}
		dict, err := loader.ParseYAML(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if field := variableDuration(dict, ""); field != "" {
			return nil, fmt.Errorf("%s: %s: Does not match format 'duration'", file, field)
		}
		details.ConfigFiles = append(details.ConfigFiles, composetypes.ConfigFile{Filename: filepath.Base(file), Config: dict})
	}
	if len(details.ConfigFiles) == 0 {
		return nil, fmt.Errorf("expected at least one compose file, found none")
	}
	details.Version = schema.Version(details.ConfigFiles[0].Config)
	config, err := loader.Load(details)
	if err != nil {
		return nil, fmt.Errorf("compose files %s: %w", strings.Join(files, ", "), err)
	}
	for _, service := range config.Services {
		if service.Image == "" {
			return nil, fmt.Errorf("invalid image reference for service %s: no image specified", service.Name)
		}
	}
	return config, nil
}

var durations = map[string]bool{
	"interval": true, "timeout": true, "start_period": true, "stop_grace_period": true,
	"delay": true, "monitor": true, "window": true,
}

// variableDuration gives the path of the first service field that is a duration and
// holds a variable.
func variableDuration(dict map[string]any, at string) string {
	if at == "" {
		services, _ := dict["services"].(map[string]any)
		dict, at = services, "services"
	}
	for _, key := range slices.Sorted(maps.Keys(dict)) {
		path := at + "." + key
		switch v := dict[key].(type) {
		case string:
			if durations[key] && strings.Contains(v, "$") && !strings.Contains(path, ".labels.") && !strings.Contains(path, ".environment.") {
				return path
			}
		case map[string]any:
			if field := variableDuration(v, path); field != "" {
				return field
			}
		}
	}
	return ""
}
