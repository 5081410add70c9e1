package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/server"
)

// oauthClient looks whether the forge takes what Drone's client file holds.
func oauthClient(ctx context.Context, x examined) (string, error) {
	client, err := server.ReadClient(x.Drone.ClientFile)
	if errors.Is(err, os.ErrNotExist) {
		return "", missing("no %s; `cc-ci converge drone-oauth` makes it", x.Drone.ClientFile)
	}
	if err != nil {
		return "", err
	}
	c := gitea.New(x.Forge.URL, x.Forge.Organisation, "")
	defer c.Close()
	works, err := c.ClientWorks(ctx, client.ID, client.Secret, strings.TrimSuffix(x.Drone.URL, "/")+"/login")
	if err != nil {
		return "", err
	}
	if !works {
		return "", fmt.Errorf("the forge refuses what %s holds; `cc-ci converge drone-oauth` heals it", x.Drone.ClientFile)
	}
	return "the forge takes Drone's id and secret", nil
}
