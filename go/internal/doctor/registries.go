package doctor

import (
	"context"
	"fmt"
	"strings"

	"coopcloud.tech/cc-ci/internal/registry"
	"coopcloud.tech/cc-ci/internal/site"
)

func lookRegistries(context.Context, site.Site) (string, error) { return credentials() }

// credentials tells for which registries this user has some that runs would send.
func credentials() (string, error) {
	c, err := registry.Load()
	if err != nil {
		return "", err
	}
	if len(c.Registries()) == 0 {
		return "no credentials in " + registry.File() + ": pulls are anonymous", nil
	}
	return registry.File() + " has credentials for " + strings.Join(c.Registries(), ", "), nil
}

func serverRegistries(context.Context, examined) (string, error) {
	seen, err := credentials()
	if err != nil {
		return "", fmt.Errorf("%w; `cc-ci secrets edit registry-auth` puts another into the repository, the activation here", err)
	}
	return seen, nil
}
