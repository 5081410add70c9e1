package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/run"
)

func janitorCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "janitor",
		Short: "Remove what dead runs left behind",
		Long: `Removes the apps, folders and sandboxes of runs whose process is gone, and nothing
else: never a live run's, never an app that isn't a test's. The folder of a run that ended longer
ago than the site's keepDays (30) goes too. Every run does this at its start.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			r, err := run.Janitor(cmd.Context(), s)
			if err != nil {
				return err
			}
			for _, part := range []struct {
				word string
				what []string
			}{{"reaped", r.Reaped}, {"live", r.Live}, {"left", r.Left}, {"old run", r.Old}} {
				for _, w := range part.what {
					fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", part.word, w)
				}
			}
			if len(r.Left) > 0 {
				return fmt.Errorf("%d objects could not be removed", len(r.Left))
			}
			return nil
		},
	}
}
