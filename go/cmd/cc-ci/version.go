package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/run"
)

func versionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the driver's version",
		Args:  exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "cc-ci %s\n", run.Version)
			return err
		},
	}
}
