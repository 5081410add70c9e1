package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/converge"
	"coopcloud.tech/cc-ci/internal/server"
)

// converger brings one piece of the server to what the server file says.
type converger func(context.Context, server.Server, *converge.Report) error

func convergeCmd() *cobra.Command {
	cmd := parent(&cobra.Command{
		Use:   "converge",
		Short: "Bring a piece of the server to what its server file says",
		Long: `Each sub-command inspects, acts only where something is not as the server file says, and does
nothing where all is right. It reports each change in a line that begins with "did:", and warnings on
standard error. It keeps no marks of what it did: what was removed or changed by hand is healed.

Exit status: 0 it is as it should be, 2 the call or the server file is wrong, 3 it could not be
made right (what runs was left running).`,
	},
		convergePiece("swarm", "a swarm of one node, and the network that router and apps share", converge.Swarm),
		convergePiece("traefik", "the router, by abra, with the operator's certificate", func(ctx context.Context, s server.Server, r *converge.Report) error {
			return converge.Traefik(ctx, s, time.Now(), r)
		}),
		convergePiece("volumes", "the mount by which the backup service sees the engine's volumes, without symbolic links", converge.Volumes),
		convergePiece("backup", "the service that saves and restores apps, by abra", converge.Backup),
		convergePiece("drone-oauth", "Drone's OAuth2 application in the forge, and the file with its id and secret", converge.DroneOAuth),
	)
	cmd.PersistentFlags().String("server", "", "file that describes the server (default $CC_CI_SERVER, then "+server.DefaultPath+")")
	return cmd
}

func convergePiece(name, what string, do converger) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: "Converge " + what,
		Args:  exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadServer(cmd)
			if err != nil {
				return err
			}
			r := converge.NewReport(cmd.OutOrStdout(), cmd.ErrOrStderr())
			if err := do(cmd.Context(), s, r); err != nil {
				return serverFault(fmt.Errorf("converge %s: %w", name, err))
			}
			switch n := r.Changes(); n {
			case 0:
				fmt.Fprintf(cmd.OutOrStdout(), "converge %s: nothing to do\n", name)
			case 1:
				fmt.Fprintf(cmd.OutOrStdout(), "converge %s: done, 1 change\n", name)
			default:
				fmt.Fprintf(cmd.OutOrStdout(), "converge %s: done, %d changes\n", name, n)
			}
			return nil
		},
	}
}

// loadServer reads the server file that the flags name.
func loadServer(cmd *cobra.Command) (server.Server, error) {
	path, err := cmd.Flags().GetString("server")
	if err != nil {
		return server.Server{}, err
	}
	s, err := server.Load(path)
	return s, serverFault(err)
}

// serverFault makes what is wrong with the server file a usage error.
func serverFault(err error) error {
	if errors.Is(err, server.ErrFile) {
		return usageError{err}
	}
	return err
}
