package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/drone"
	"coopcloud.tech/cc-ci/internal/gitea"
)

// forge gives a client with the token of a file.
func (x examined) forge(file string) (*gitea.Client, error) {
	token, err := apiclient.ReadSecret(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing("no token at %s; `cc-ci secrets edit` puts it into the repository, the activation here", file)
	}
	if err != nil {
		return nil, err
	}
	return gitea.New(x.Forge.URL, x.Forge.Organisation, token).As(x.Forge.Bot), nil
}

func forgeToken(ctx context.Context, x examined) (string, error) {
	c, err := x.forge(x.Forge.TokenFile)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, _, err := c.Touched(ctx, x.now); err != nil {
		return "", fmt.Errorf("%w; the token needs the scopes read:organization, read:repository, write:issue", err)
	}
	return x.Forge.URL + " takes it (that it may comment was not tried: nothing is written here)", nil
}

func forgeMember(ctx context.Context, x examined) (string, error) {
	c, err := x.forge(x.Forge.TokenFile)
	if err != nil {
		return "", err
	}
	defer c.Close()
	is, err := c.Member(ctx, x.Forge.Bot)
	if err != nil {
		return "", err
	}
	if !is {
		return "", fmt.Errorf("%s is no member of %s; add it to a team that reads", x.Forge.Bot, x.Forge.Organisation)
	}
	return fmt.Sprintf("%s is a member of %s", x.Forge.Bot, x.Forge.Organisation), nil
}

func forgeProject(ctx context.Context, x examined) (string, error) {
	c, err := x.forge(x.Forge.TokenFile)
	if err != nil {
		return "", err
	}
	defer c.Close()
	enrolled, err := gitea.Recipes{Client: c, Project: x.Forge.Project, Folder: "recipes"}.Enrolled(ctx)
	if err != nil {
		return "", fmt.Errorf("%w; %s must have the folder recipes/, and the token read:repository", err, x.Forge.Project)
	}
	return fmt.Sprintf("%s enrols %d recipes", x.Forge.Project, len(enrolled)), nil
}

func droneAnswers(ctx context.Context, x examined) (string, error) {
	token, err := apiclient.ReadSecret(x.Drone.TokenFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing("no token at %s", x.Drone.TokenFile)
	}
	if err != nil {
		return "", err
	}
	c := drone.New(x.Drone.Local, x.Forge.Project, token)
	defer c.Close()
	list, err := c.Builds(ctx, 1)
	if err != nil {
		return "", fmt.Errorf("%w; is drone-server.service up, and %s activated in Drone?", err, x.Forge.Project)
	}
	return fmt.Sprintf("%s knows %s, %d builds on the first page", x.Drone.Local, x.Forge.Project, len(list)), nil
}
