package standin

import (
	"context"
	"errors"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/stack"
)

// botLabel marks the service of backup-bot-two, whatever the app is called (contract 8).
const botLabel = "coop-cloud.backupbot.enabled=true"

// backupFlag is a flag of a backup command and the variable that carries it to the bot.
type backupFlag struct{ name, short, variable, usage string }

// backupGroup holds contract 3.9 but for restore.
func (p *program) backupGroup() *cobra.Command {
	snapshot := backupFlag{"snapshot", "s", "SNAPSHOT", "list specific snapshot"}
	return group("backup", "Manage app backups",
		p.backup("create <domain> [flags]", "create", "Create a new backup"),
		p.backup("snapshots <domain> [flags]", "snapshots", "List all snapshots"),
		p.backup("list <domain> [flags]", "ls", "List the contents of a snapshot", snapshot,
			backupFlag{"all", "a", "SHOW_ALL", "show all paths"}, backupFlag{"timestamps", "t", "TIMESTAMPS", "include timestamps"}),
		p.backup("download <domain> [flags]", "download", "Download a snapshot", snapshot,
			backupFlag{"path", "p", "INCLUDE_PATH", "volumes path"}, backupFlag{"secrets", "S", "SECRETS", "download secrets"},
			backupFlag{"volumes", "v", "VOLUMES", "download volumes"}))
}

func (p *program) appRestore() *cobra.Command {
	var snapshot []backupFlag
	if p.switches.Is("restore-snapshot", "flag") {
		snapshot = append(snapshot, backupFlag{"snapshot", "s", "SNAPSHOT", "target specific snapshot"})
	}
	return p.backup("restore <domain> [flags]", "restore", "Restore a snapshot", append(snapshot,
		backupFlag{"target", "t", "TARGET", "target path"}, backupFlag{"hooks", "", "HOOKS", "run hooks"},
		backupFlag{"volumes", "v", "VOLUMES", "restore specific volumes"})...)
}

// backup makes the command that runs verb in backup-bot-two's container.
func (p *program) backup(use, verb, short string, flags ...backupFlag) *cobra.Command {
	values := make([]string, len(flags))
	truths := make([]bool, len(flags))
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.app(args[0])
			if err != nil {
				return err
			}
			env := []string{"SERVICE=" + a.Name, "MACHINE_LOGS=true"}
			for i, f := range flags {
				switch {
				case values[i] != "":
					env = append(env, f.variable+"="+values[i])
				case truths[i]:
					env = append(env, f.variable+"=true")
				}
			}
			return p.bot(cmd.Context(), verb, env)
		},
	}
	if verb == "ls" {
		cmd.Aliases = []string{"ls"}
	}
	for i, f := range flags {
		switch f.name {
		case "snapshot", "path", "target":
			cmd.Flags().StringVarP(&values[i], f.name, f.short, "", f.usage)
		default:
			cmd.Flags().BoolVarP(&truths[i], f.name, f.short, false, f.usage)
		}
	}
	return cmd
}

// bot finds backup-bot-two and runs verb in it on a terminal.
func (p *program) bot(ctx context.Context, verb string, env []string) error {
	engine, err := p.swarm()
	if err != nil {
		return err
	}
	services, err := engine.API.ServiceList(ctx, swarm.ServiceListOptions{Filters: filters.NewArgs(filters.Arg("label", botLabel))})
	if err != nil {
		return err
	}
	if len(services) == 0 {
		return errors.New("no backupbot discovered, is it deployed? no service on this server has the label " + botLabel)
	}
	if !p.terminal() {
		return errNoTerminal
	}
	return p.exec(ctx, services[0].Spec.Name, stack.Command{
		Args: []string{"/usr/bin/backup", "--", verb}, Env: env, TTY: true,
	})
}
