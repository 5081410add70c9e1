package main

import (
	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/site"
)

// rootCmd is the command tree; each sub-command has a file of its own.
func rootCmd() *cobra.Command {
	root := parent(&cobra.Command{
		Use:   "cc-ci",
		Short: "Tests Co-op Cloud recipes for real",
		Long: `cc-ci tests Co-op Cloud recipes for real: it deploys a recipe on a Docker Swarm with
abra, tries it as a person would, and removes it without a trace.

Exit status: 0 green, 1 a recipe failed its test, 2 usage or a bad plan,
3 infrastructure (no swarm, no abra, no disk), 130 interrupted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}, versionCmd(), keeperCmd(), keptCmd())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see `%s --help`)", err, cmd.CommandPath())
	})
	root.PersistentFlags().String("site", "", "file that describes this machine (default $CC_CI_SITE, then "+site.DefaultPath+")")
	group(root, "recipes", "Test recipes:", runCmd(), recipeCmd(), planCmd(), flowCmd(), strengthCmd(), shellCmd(), janitorCmd(), doctorCmd(), mirrorCmd())
	group(root, "server", "Run a server:", bridgeCmd(), dashboardCmd(), followCmd(), publishCmd(), convergeCmd(), serverCmd(), secretsCmd())
	root.SetHelpTemplate(help)
	return root
}

// help is what --help prints: what the command is for, how it works, its flags.
const help = `{{if .HasParent}}{{.Short}}.

{{end}}{{with .Long}}{{.}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}`

// group adds commands under a heading of the list that `cc-ci --help` shows.
func group(root *cobra.Command, id, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, c := range commands {
		c.GroupID = id
	}
	root.AddCommand(commands...)
}

// parent is a command that only has others below it: by itself it shows its help.
func parent(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.Args, cmd.RunE = knownCommand, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(below...)
	return cmd
}

// knownCommand refuses, as a usage error, what a parent does not have.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unknown command %q (see `%s --help`)", args[0], cmd.CommandPath())
	}
	return nil
}

// exactArgs refuses another number of arguments as a usage error.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(cmd, args); err != nil {
			return usagef("%s: %w (see `%s --help`)", cmd.Name(), err, cmd.CommandPath())
		}
		return nil
	}
}

// loadSite reads the machine's description that the flags name.
func loadSite(cmd *cobra.Command) (site.Site, error) {
	path, err := cmd.Flags().GetString("site")
	if err != nil {
		return site.Site{}, err
	}
	return site.Load(path)
}
