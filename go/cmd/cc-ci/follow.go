package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/follow"
	"coopcloud.tech/cc-ci/internal/trigger"
)

func followCmd() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "follow STAGE",
		Short: "Show one stage of a detached run, as a step of Drone's build",
		Long: `Shows what a run that was started with ` + "`cc-ci run --detach`" + ` does in one stage, as it
happens, and ends as the stage ends. While somebody follows a run it lives; when nobody has for
a while, it removes its app and ends. Ends itself when its shell, or the runner of that, is gone.

Stages, in this order: ` + strings.Join(follow.Stages, ", ") + `. What comes before a stage and is none
of them (prepare, the removals) is shown with it. The report ends with the status of the whole run.

Exit status: 0 passed, 1 the recipe failed, 2 usage or a bad plan, 3 infrastructure, also where
there is no such run or it was killed, 130 interrupted. A stage that was not run ends as
the stage that kept it from running.`,
		Example: `  cc-ci follow install            in a step of Drone
  cc-ci follow report --run 20261123-043500-0a1b2c3d`,
		Args:      oneOf(follow.Stages),
		ValidArgs: follow.Stages,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			if name, err = followed(name, s.State); err != nil {
				return err
			}
			code, err := follow.Run(cmd.Context(), filepath.Join(s.State, "runs", name), args[0], cmd.OutOrStdout())
			if errors.Is(err, follow.ErrOrphan) {
				return errors.Join(errInterrupted, err)
			}
			return ended(code, err)
		},
	}
	cmd.Flags().StringVar(&name, "run", "", "`name` of the run, as run --detach printed it (default: that of this build of Drone)")
	return cmd
}

var runName = regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$`)

// followed finds the run: by its name, or by the build whose step this is.
func followed(name, state string) (string, error) {
	switch {
	case name == "":
		build, err := follow.BuildOf(os.Getenv, trigger.ParamComment)
		if err != nil {
			return "", usageError{err}
		}
		if build == nil {
			return "", usagef("follow: --run NAME is missing (this is no step of Drone)")
		}
		claims, err := follow.OpenClaims(state)
		if err != nil {
			return "", err
		}
		name, err = claims.Of(*build)
		if err != nil {
			return "", err
		}
	case !runName.MatchString(name):
		return "", usagef("follow: --run: expected a name like 20261123-043500-0a1b2c3d, found %.60q", name)
	}
	if _, err := os.Stat(filepath.Join(state, "runs", name)); err != nil {
		return "", errors.Join(follow.ErrNoRun, err)
	}
	return name, nil
}

// oneOf refuses, as a usage error, what is not exactly one of the names.
func oneOf(names []string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || cobra.OnlyValidArgs(cmd, args) != nil {
			return usagef("%s: expected one of %s, found %q (see `%s --help`)", cmd.Name(), strings.Join(names, ", "), args, cmd.CommandPath())
		}
		return nil
	}
}
