//go:build live

package live

import (
	"context"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// The backup service, which has the engine's socket, saves and restores what hostile apps write to meanwhile. A link
// in the place of a folder leads it neither to files of its own container nor over them.
func TestBackupFollowsNoLink(t *testing.T) {
	t.Parallel()
	const networks, volumes = "networks:\n  proxy:", "volumes:\n  data:"
	service := func(does, label string) string {
		return `  links:
    image: nginx:1.27.2
    entrypoint: [sh, -c, "` + does + `; while sleep 1; do :; done"]
    volumes: ["links:/links"]
    deploy:
      labels:
        backupbot.backup: "true"
        ` + label + "\n\n"
	}
	for _, tt := range []struct{ name, service, says string }{
		{"a restore through a link", service("mkdir -p /links/sub && echo x >/links/sub/cc-ci-planted", `backupbot.backup.post-hook: "rm -rf /links/sub && ln -s /usr/bin /links/sub"`),
			"too many levels of symbolic links"},
		{"a backup through a link", service("ln -sfn /etc /links/l", `backupbot.backup.volumes.links.path: "l/passwd"`), "the labels name it, but it isn't there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := on(t, variant(t, edit{"compose.yml", networks, tt.service + networks}, edit{"compose.yml", volumes, volumes + "\n  links:"}))
			e := m.run("run", "--stage", "backup", "--plan", edited(t, demo, func(p *plan.Plan) {
				p.Flows = []plan.Flow{}
				p.Backup.Restore = []string{"in-place"}
			})).want(t, 1)
			if !strings.Contains(e.stdout, tt.says) {
				t.Errorf("the last screen doesn't say %q:\n%s", tt.says, e.stdout)
			}
			planted := swarm.Command{Argv: []string{"sh", "-c", "! rm /usr/bin/cc-ci-planted"}}
			if out, found, err := m.engine().ExecLabel(context.Background(), "coop-cloud.backupbot.enabled", "true", planted); err != nil || !found || out.Exit != 0 {
				t.Errorf("a file of the app lay in the backup service's own container: %+v, %t, %v", out, found, err)
			}
		})
	}
}
