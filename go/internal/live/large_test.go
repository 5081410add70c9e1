//go:build live

package live

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

// TestManyFiles: the list of a snapshot of 40,000 files, which is longer than what is kept of a command's output, is looked through.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	const networks, volumes = "networks:\n  proxy:", "volumes:\n  data:"
	const service = `  many:
    image: nginx:1.27.2
    entrypoint: [sh, -c, "cd /many; i=0; while [ $$i -lt 40000 ]; do : >$$i; i=$$((i + 1)); done; while sleep 1; do :; done"]
    healthcheck: {test: ["CMD-SHELL", "test -e /many/39999"], interval: 1s, retries: 100}
    volumes: ["many:/many"]
    deploy:
      labels:
        backupbot.backup: "true"

`
	m := on(t, variant(t, edit{"compose.yml", networks, service + networks}, edit{"compose.yml", volumes, volumes + "\n  many:"}))
	m.run("run", "--stage", "backup", "--plan", edited(t, demo, func(p *plan.Plan) {
		p.Flows = []plan.Flow{}
		p.Backup.Restore = []string{"in-place"}
	})).want(t, 0)
}
