package main

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/contract"
	"coopcloud.tech/cc-ci/internal/doctor"
	"coopcloud.tech/cc-ci/internal/server"
	"coopcloud.tech/cc-ci/internal/site"
)

func doctorCmd() *cobra.Command {
	var abraContract, ofServer, baseline bool
	var image, file, out string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check whether this machine can run tests",
		Long: `Looks at what a run needs, row by row, and says what to do where something is wrong.
With --abra-contract it runs the commands that the driver relies on against the site's abra, on
a throw-away app, and says for each whether it agrees with what the driver expects.
With --server it looks at every input of the operator and every piece of a server that its server file
names; with --baseline it writes down what the host has, for a way back (docs/baseline.md).

Exit status: 0 all is right, 2 usage, 3 something is wrong or missing.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case abraContract && ofServer, abraContract && baseline, ofServer && baseline:
				return usagef("doctor: expected one of --abra-contract, --server and --baseline, found several")
			case baseline:
				return writeBaseline(cmd, out)
			case ofServer:
				return checkServer(cmd, file)
			}
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			if abraContract {
				return checkContract(cmd, s, image)
			}
			if !doctor.Print(cmd.OutOrStdout(), doctor.Check(cmd.Context(), s)) {
				return errors.New("this machine can't run tests yet")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&abraContract, "abra-contract", false, "compare abra with what the driver expects of it")
	cmd.Flags().BoolVar(&ofServer, "server", false, "look at a server's inputs and pieces")
	cmd.Flags().StringVar(&file, "server-file", "", "the server file (default $CC_CI_SERVER, then "+server.DefaultPath+")")
	cmd.Flags().BoolVar(&baseline, "baseline", false, "write down what the host has, as Markdown")
	cmd.Flags().StringVar(&out, "out", "", "file for --baseline (default: standard output)")
	cmd.Flags().StringVar(&image, "image", "nginx:alpine", "an image with a tag that the engine has or can pull")
	return cmd
}

func checkContract(cmd *cobra.Command, s site.Site, image string) error {
	rows, err := contract.Check(cmd.Context(), contract.Options{Abra: s.Abra, Docker: s.Docker, Image: image})
	if err = errors.Join(contract.Print(cmd.OutOrStdout(), rows), err); err != nil {
		return err
	}
	if slices.ContainsFunc(rows, func(r contract.Row) bool { return r.Verdict == contract.Differs }) {
		return errors.New("this abra differs from what the driver expects")
	}
	return nil
}

func checkServer(cmd *cobra.Command, file string) error {
	s, err := server.Load(file)
	if err != nil {
		return serverFault(err)
	}
	if !doctor.Print(cmd.OutOrStdout(), doctor.CheckServer(cmd.Context(), s, time.Now(), nil)) {
		return errors.New("this server is not as it should be")
	}
	return nil
}

// writeBaseline never writes over an earlier baseline: that would be the state after the change.
func writeBaseline(cmd *cobra.Command, out string) error {
	var page bytes.Buffer
	if err := doctor.WriteBaseline(cmd.Context(), &page, time.Now()); err != nil {
		return err
	}
	if out == "" {
		_, err := cmd.OutOrStdout().Write(page.Bytes())
		return err
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usagef("--out: %w", err)
	}
	_, err = f.Write(page.Bytes())
	return errors.Join(err, f.Close())
}
