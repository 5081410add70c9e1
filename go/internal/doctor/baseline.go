package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// part is one thing that a host has, and the command that shows it.
type part struct {
	title   string
	command []string
}

// baseline is what an installation could change: what there was before is the reference for a way back.
var baseline = []part{
	{"System", []string{"uname", "-a"}},
	{"Release", []string{"cat", "/etc/os-release"}},
	{"NixOS generation in force", []string{"readlink", "-f", "/run/current-system"}},
	{"NixOS generations", []string{"ls", "-l", "/nix/var/nix/profiles"}},
	{"Memory", []string{"free", "-m"}},
	{"Disks", []string{"df", "-h", "-x", "tmpfs", "-x", "overlay"}},
	{"Addresses", []string{"ip", "-brief", "address"}},
	{"Routes", []string{"ip", "route"}},
	{"Ports that are listened on", []string{"ss", "-Hltnp"}},
	{"Running services", []string{"systemctl", "list-units", "--type=service", "--state=running", "--no-pager", "--plain", "--no-legend"}},
	{"Failed units", []string{"systemctl", "list-units", "--state=failed", "--no-pager", "--plain", "--no-legend"}},
	{"Timers", []string{"systemctl", "list-timers", "--all", "--no-pager", "--no-legend"}},
	{"Packet filter", []string{"iptables-save"}},
	{"Docker", []string{"docker", "version"}},
	{"Docker: swarm", []string{"docker", "info", "--format", "{{.Swarm.LocalNodeState}}, {{.Swarm.Nodes}} nodes, data in {{.DockerRootDir}}, cgroups {{.CgroupDriver}} v{{.CgroupVersion}}"}},
	{"Docker: containers", []string{"docker", "ps", "--all", "--format", "{{.Names}}\t{{.Image}}\t{{.Status}}"}},
	{"Docker: services", []string{"docker", "service", "ls", "--format", "{{.Name}}\t{{.Image}}\t{{.Replicas}}"}},
	{"Docker: networks", []string{"docker", "network", "ls", "--format", "{{.Name}}\t{{.Driver}}\t{{.Scope}}"}},
	{"Docker: volumes", []string{"docker", "volume", "ls", "--format", "{{.Name}}"}},
	{"Docker: names of secrets", []string{"docker", "secret", "ls", "--format", "{{.Name}}"}},
	{"What lies in /var/lib", []string{"ls", "-la", "/var/lib"}},
}

// WriteBaseline writes what the host has as a Markdown page: names and states, no contents and no environments, so
// that it holds no secret. What can't be shown says so.
func WriteBaseline(ctx context.Context, w io.Writer, now time.Time) error {
	if _, err := fmt.Fprintf(w, "# Baseline of %s\n", now.UTC().Format("2006-01-02 15:04 MST")); err != nil {
		return err
	}
	for _, p := range baseline {
		if _, err := fmt.Fprintf(w, "\n## %s\n\n`%s`\n\n```\n%s\n```\n", p.title, strings.Join(p.command, " "), shown(ctx, p.command)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// shown runs a command for at most 20 seconds and gives at most 200 KiB of what it says.
func shown(ctx context.Context, command []string) string {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	text := strings.ReplaceAll(strings.TrimRight(out.String(), "\n"), "```", "'''")
	text = text[:min(len(text), 200<<10)]
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "not there: " + command[0]
	case err != nil:
		return strings.TrimLeft(text+"\n("+err.Error()+")", "\n")
	case text == "":
		return "nothing"
	}
	return text
}
