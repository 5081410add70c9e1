package converge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/server"
)

// DroneOAuth sees that the forge has Drone's OAuth2 application and that the client file holds the id and the
// secret that the forge accepts. The forge tells a secret once, so that whatever is wrong with what is here is
// healed by a new one. An application of the same name that is not in the file is taken over, not doubled.
func DroneOAuth(ctx context.Context, s server.Server, r *Report) error {
	if s.Forge == nil || s.Drone == nil {
		return fmt.Errorf("%w: forge and drone: expected both, found none or one", server.ErrFile)
	}
	if s.Forge.ApplicationTokenFile == "" {
		return fmt.Errorf("%w: forge.applicationTokenFile: expected the bot's token with scope write:user, found none", server.ErrFile)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	token, err := apiclient.ReadSecret(s.Forge.ApplicationTokenFile)
	if err != nil {
		return fmt.Errorf("forge.applicationTokenFile: %w", err)
	}
	forge := gitea.New(s.Forge.URL, s.Forge.Organisation, token)
	defer forge.Close()
	o := oauth{forge: forge, name: s.Drone.Application, redirect: strings.TrimSuffix(s.Drone.URL, "/") + "/login", file: s.Drone.ClientFile, report: r}
	return o.converge(ctx)
}

type oauth struct {
	forge                *gitea.Client
	name, redirect, file string
	report               *Report
}

func (o oauth) converge(ctx context.Context) error {
	client, err := server.ReadClient(o.file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	apps, err := o.forge.Applications(ctx, o.name)
	if err != nil {
		return err
	}
	if len(apps) == 0 {
		made, err := o.forge.MakeApplication(ctx, o.name, o.redirect)
		if err != nil {
			return err
		}
		o.report.did("make the OAuth2 application %q for %s", o.name, o.redirect)
		return o.write(made)
	}
	at := max(0, slices.IndexFunc(apps, func(a gitea.Application) bool { return a.ClientID == client.ID }))
	if len(apps) > 1 {
		o.report.warn("the forge has %d OAuth2 applications %q; the one with the client id %s is used: remove the others", len(apps), o.name, apps[at].ClientID)
	}
	why, err := o.differs(ctx, apps[at], client)
	if err != nil || why == "" {
		return errors.Join(err, o.private())
	}
	renewed, err := o.forge.RenewApplication(ctx, apps[at].ID, o.name, o.redirect)
	if err != nil {
		return err
	}
	o.report.did("give the OAuth2 application %q a new secret: %s", o.name, why)
	return o.write(renewed)
}

// differs says what of the application or of the client file is not right.
func (o oauth) differs(ctx context.Context, a gitea.Application, client server.Client) (string, error) {
	switch {
	case client.ID == "" || client.Secret == "":
		return "there was no client file", nil
	case client.ID != a.ClientID:
		return "the client file was another application's", nil
	case !slices.Equal(a.Redirects, []string{o.redirect}) || !a.Confidential:
		return fmt.Sprintf("it led to %v", a.Redirects), nil
	}
	works, err := o.forge.ClientWorks(ctx, client.ID, client.Secret, o.redirect)
	if err != nil {
		return "", err
	}
	if !works {
		return "the forge refused the one in the client file", nil
	}
	return "", nil
}

// private takes a client file away from others.
func (o oauth) private() error {
	info, err := os.Stat(o.file)
	if err != nil || info.Mode().Perm() == 0o600 {
		return err
	}
	if err := os.Chmod(o.file, 0o600); err != nil {
		return err
	}
	o.report.did("give %s the mode 0600, which had %04o", o.file, info.Mode().Perm())
	return nil
}

// write puts the application's id and secret into the client file.
func (o oauth) write(a gitea.Application) error {
	if err := (server.Client{ID: a.ClientID, Secret: a.Secret}).Write(o.file); err != nil {
		return err
	}
	o.report.did("write %s", o.file)
	return nil
}
