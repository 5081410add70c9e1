package converge

import (
	"context"
	"fmt"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/server"
)

// Backup deploys the service that saves and restores apps. The password of its repository comes
// from the server's secrets: a swarm that was made anew can open the repository that it finds.
func Backup(ctx context.Context, s server.Server, r *Report) error {
	b := s.Backup
	if b == nil {
		return fmt.Errorf("%w: backup: expected what the backup service is made from, found none", server.ErrFile)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	password, err := apiclient.ReadSecret(b.PasswordFile)
	if err != nil {
		return fmt.Errorf("backup.passwordFile: %w", err)
	}
	v := service{
		recipe: "backup-bot-two", from: b.Recipe, domain: b.Domain, env: b.Env,
		given: map[string][]byte{"restic_password": []byte(password)},
	}
	if b.Volumes != nil {
		v.replace = func(f *recipe.Facts, _ string) (overlay, error) { return withoutLinks(*b.Volumes, f) }
	}
	if err := v.dial(ctx, s, r); err != nil {
		return err
	}
	defer v.engine.Close()
	return v.converge(ctx)
}
