package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/server"
)

func serverCmd() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "server",
		Short: "Check the file that describes a server",
	}, &cobra.Command{
		Use:   "check FILE",
		Short: "Read a server file as the convergers do, and say what is wrong with it",
		Args:  exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := server.Load(args[0])
			if err != nil {
				return serverFault(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: right: a server for %s\n", args[0], s.Domain)
			return nil
		},
	})
}
