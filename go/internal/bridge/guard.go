package bridge

import "context"

// guarded gives an error where the project's pull requests could start builds. Drone reads .drone.yml from a pull
// request's own head, so no word of ours in that file keeps a stranger's commands from the runner's host (P7): the
// repository's setting does. Asked every few minutes; while it is off no build is made and comments wait.
func (b *Bridge) guarded(ctx context.Context) error {
	if b.now().Before(b.due.guard) {
		return nil
	}
	if err := b.to.Builds.Guarded(ctx); err != nil {
		b.health.fault("project", err)
		return err
	}
	b.health.well("project")
	b.due.guard = b.now().Add(b.times.stale)
	return nil
}
