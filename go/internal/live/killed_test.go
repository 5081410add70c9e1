//go:build live

package live

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/janitor"
	"coopcloud.tech/cc-ci/internal/killpoint"
	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/point"
)

// A run may be killed at every point that the program has: the next run's janitor leaves
// nothing of it, and a neighbour that lives through all of that is not touched (S9).
func TestKilledAtEveryPoint(t *testing.T) {
	m := alone(t)
	site := m.file()
	short := edited(t, demo, func(p *plan.Plan) {
		p.Flows = []plan.Flow{}
		p.Backup.Restore = []string{"in-place", "volumes-destroyed", "fresh"}
	})
	beside := needing(t, func(p *plan.Plan) { p.Flows = []plan.Flow{} })
	neighbour := exec.Command(ccci, "run", "--plan", demo, "--pr", "9000", "--site", site)
	var said bytes.Buffer
	neighbour.Stdout, neighbour.Stderr = &said, &said
	if err := neighbour.Start(); err != nil {
		t.Fatal(err)
	}
	t.Run("at", func(t *testing.T) {
		for i, p := range point.All() {
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				tested := short
				if p == point.Needed || p.Stage() == "needs" {
					tested = beside
				}
				killAt(t, p, "--plan", tested, "--pr", fmt.Sprint(9001+i), "--site", site, "--out", filepath.Join(m.State, "out", fmt.Sprint(i)))
			})
		}
	})
	if err := neighbour.Wait(); err != nil {
		t.Errorf("the neighbour: %v\n%s", err, &said)
	}
	m.run("janitor").want(t, 0)
	if e := m.run("janitor").want(t, 0); e.stdout != "" {
		t.Errorf("a second pass found:\n%s", e.stdout)
	}
	for _, pattern := range janitor.Private {
		if left, _ := filepath.Glob(filepath.Join(m.State, "runs", "*", pattern)); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

// killAt runs the fewest stages that come to a point, and sees that the run dies there.
func killAt(t *testing.T, p point.Point, args ...string) {
	t.Helper()
	for _, stage := range map[string][]string{"backup": {"backup"}, "local": {"local"}, "upgrade": {"upgrade"}, "between": {"install", "upgrade"}}[p.Stage()] {
		args = append(args, "--stage", stage)
	}
	if !strings.Contains(strings.Join(args, " "), "--stage") {
		args = append(args, "--stage", "install")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, ccci, append([]string{"run"}, args...)...)
	cmd.Env = append(os.Environ(), killpoint.Variable+"="+p.String())
	out, _ := cmd.CombinedOutput()
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); ctx.Err() != nil || !s.Signaled() || s.Signal() != syscall.SIGKILL {
		t.Errorf("%s: expected the run to kill itself there, got %v (%v):\n%s", p, cmd.ProcessState, ctx.Err(), out)
	}
}
