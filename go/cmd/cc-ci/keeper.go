package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/run"
)

// keeperCmd is what `cc-ci run --keep` starts; nobody types it.
func keeperCmd() *cobra.Command {
	return &cobra.Command{
		Use:    "keeper RUN",
		Short:  "Hold a kept app until its time is over, and remove it",
		Hidden: true,
		Args:   exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			if err := run.Keeper(cmd.Context(), s, args[0]); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), time.Now().UTC().Format(time.RFC3339), "removed; nothing is left")
			return nil
		},
	}
}
