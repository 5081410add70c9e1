package supervise

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// slice is the unit that all supervised processes of one machine are in.
const slice = "cc-ci.slice"

// Systemd starts transient service units of the system's manager.
type Systemd struct{}

var _ Supervisor = Systemd{}

// Name is for people.
func (Systemd) Name() string { return "systemd" }

// Start waits for the unit's READY, as systemd-run does with a unit of type notify.
func (Systemd) Start(ctx context.Context, spec Spec) error {
	if err := spec.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, spec.Ready+spec.Grace+10*time.Second)
	defer cancel()
	argv := systemdRun(spec)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = spec.Env // --setenv takes the values from here: they are in no command line
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("supervise %s: %w: %w: %s", spec.Name, ErrNotStarted, errors.Join(context.Cause(ctx), err), strings.TrimSpace(string(out)))
	}
	return nil
}

// systemdRun is the command line. --setenv without a value needs systemd 249.
func systemdRun(spec Spec) []string {
	argv := []string{
		"systemd-run", "--quiet", "--collect", "--no-ask-password",
		"--unit=" + spec.Name, "--slice=" + slice, "--description=cc-ci " + spec.Name,
		"--service-type=notify", "--working-directory=" + spec.Dir,
		"--property=NotifyAccess=main",
		"--property=KillMode=mixed", // SIGTERM to the process alone, SIGKILL to all that is left
		"--property=UMask=0077",
		"--property=StandardInput=null",
		"--property=StandardOutput=append:" + spec.Log,
		"--property=StandardError=append:" + spec.Log,
		"--property=TimeoutStartSec=" + seconds(spec.Ready),
		"--property=RuntimeMaxSec=" + seconds(spec.Limit),
		"--property=TimeoutStopSec=" + seconds(spec.Grace),
	}
	for _, v := range spec.Env {
		name, _, _ := strings.Cut(v, "=")
		argv = append(argv, "--setenv="+name)
	}
	return append(append(argv, "--"), spec.Argv...)
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}
